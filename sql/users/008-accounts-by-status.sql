-- Accounts of one status, newest first: the suspended ones are few among many.
create index account_status on users.account (status, id desc);
