-- What both test services keep beside the tables of the bus. No unique keys on the effects: a second one shall be seen.
CREATE TABLE aggregate (id uuid PRIMARY KEY, version int NOT NULL);
CREATE TABLE request (id uuid PRIMARY KEY);
CREATE TABLE effect (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  aggregate_id uuid NOT NULL,
  sequence     int NOT NULL,
  request_id   uuid NOT NULL
);
CREATE TABLE follow_up (request_id uuid NOT NULL);
CREATE TABLE stamp (request_id uuid NOT NULL, stamp uuid NOT NULL);
CREATE TABLE poison (what text PRIMARY KEY);
GRANT SELECT, INSERT, UPDATE, DELETE ON aggregate, request, effect, follow_up, stamp, poison TO carethread_worker;
