-- Two roles for a register in PostgreSQL, and the schema it lies in. Run once in the register's own database, as a
-- superuser, in psql:
--
--     \i postgresql-roles.sql
--     \password kk2_owner
--     \password kk2_app
--
-- Other names will do: replace kk2_owner, kk2_app and the schema kk2. Another municipality has a schema of its own.
--
-- Then open the register once as kk2_owner, and again after each upgrade of kk2: that makes the tables, and gives
-- kk2_app its rights in them. Handlers and services are kk2_app. It can read and write documents and add to the audit
-- trail. It cannot make, change or drop a table. In the trail it can delete nothing, and change nothing but erase a
-- text that a line says is erased: the hashes stay.

create role kk2_owner login;
create role kk2_app login;

create schema kk2 authorization kk2_owner;
grant usage on schema kk2 to kk2_app;
