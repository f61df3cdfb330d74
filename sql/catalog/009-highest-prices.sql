-- Lists from a price on: how many products reach it is what their plans depend on, and few do at the upper end.
create index product_highest_price on catalog.product (max_price) where status = 'published';
