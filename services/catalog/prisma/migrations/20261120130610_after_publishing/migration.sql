-- A release comes into force together with what the service has to do about it.
GRANT INSERT, SELECT (key) ON bus.task TO carethread_catalog_admin;
