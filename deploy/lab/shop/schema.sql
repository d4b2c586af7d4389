CREATE ROLE shop LOGIN NOSUPERUSER PASSWORD '{password}';
CREATE DATABASE shop OWNER shop;
\connect shop
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    host text NOT NULL,
    placed timestamptz NOT NULL DEFAULT clock_timestamp(),
    member inet NOT NULL DEFAULT inet_server_addr()
);
ALTER TABLE orders OWNER TO shop;
