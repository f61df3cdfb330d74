-- Sets up an empty database, or brings one up to date, with psql alone: psql "$DATABASE_URL" -f sql/install.sql

\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

-- The lock that the hosts take, too; it goes with the session.
\pset tuples_only on
\o /dev/null
select pg_advisory_lock(7546854001);
\o

\ir setup.sql

\set file users/001-users.sql
\ir apply.psql
\set file users/002-sessions.sql
\ir apply.psql
\set file users/003-roles.sql
\ir apply.psql
\set file users/004-reset-requests.sql
\ir apply.psql
\set file users/005-audit.sql
\ir apply.psql
\set file users/006-waiting-reset-requests.sql
\ir apply.psql
\set file users/007-forget-audit.sql
\ir apply.psql
\set file users/008-accounts-by-status.sql
\ir apply.psql

\set file catalog/001-products.sql
\ir apply.psql
\set file catalog/002-stock.sql
\ir apply.psql
\set file catalog/003-search.sql
\ir apply.psql
\set file catalog/004-events.sql
\ir apply.psql
\set file catalog/005-audit.sql
\ir apply.psql
\set file catalog/006-forget-audit.sql
\ir apply.psql
\set file catalog/007-lists-at-scale.sql
\ir apply.psql
\set file catalog/008-plain-search-query.sql
\ir apply.psql
\set file catalog/009-highest-prices.sql
\ir apply.psql
\set file catalog/010-search-completions.sql
\ir apply.psql

\set file cart/001-cart.sql
\ir apply.psql

\set file orders/001-orders.sql
\ir apply.psql
\set file orders/002-open-orders.sql
\ir apply.psql
\set file orders/003-audit.sql
\ir apply.psql
\set file orders/004-forget-audit.sql
\ir apply.psql
\set file orders/005-begun-checkouts.sql
\ir apply.psql
\set file orders/006-sales-by-status.sql
\ir apply.psql

\set file payments/001-payments.sql
\ir apply.psql
\set file payments/002-sandbox.sql
\ir apply.psql
\set file payments/003-asked.sql
\ir apply.psql
\set file payments/004-audit.sql
\ir apply.psql
\set file payments/005-forget-audit.sql
\ir apply.psql

\set file notifications/001-notifications.sql
\ir apply.psql

\set file messaging/001-broker-and-dead-letters.sql
\ir apply.psql
\set file messaging/002-audit.sql
\ir apply.psql
\set file messaging/003-forget-audit.sql
\ir apply.psql

\set file gateway/001-idempotency.sql
\ir apply.psql
