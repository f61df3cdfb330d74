-- How many calls about it may have reached a provider outside the shop: counted before each is made, and given
-- back by one that was never sent. At none, nothing was charged for certain.
alter table payments.payment add column asked int not null default 0 check (asked >= 0);
