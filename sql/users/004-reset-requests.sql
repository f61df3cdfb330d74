-- When resets of the password were asked for lately: an account gets so many mails and no more.
alter table users.account add column resets_asked timestamptz[] not null default '{}';
