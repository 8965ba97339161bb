-- Au premier démarrage de PostgreSQL, comme superutilisateur : les deux rôles et la base.
-- Le propriétaire migre. L’application ne possède rien : la sécurité par ligne la tient.
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD
CREATE ROLE alliances LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE alliances_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE alliances OWNER alliances TEMPLATE template0;
REVOKE CONNECT ON DATABASE alliances FROM PUBLIC;
GRANT CONNECT ON DATABASE alliances TO alliances_app;
