-- What both test services keep beside the tables of the bus.
CREATE TABLE aggregate (id uuid PRIMARY KEY, version int NOT NULL);
CREATE TABLE request (id uuid PRIMARY KEY);
CREATE TABLE effect (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  aggregate_id uuid NOT NULL,
  sequence     int NOT NULL,
  request_id   uuid NOT NULL
);
CREATE TABLE poison (what text PRIMARY KEY);
GRANT SELECT, INSERT, UPDATE, DELETE ON aggregate, request, effect, poison TO carethread_worker;
