-- Lists of products within two prices: whose own prices, from the lowest to the highest, reach into that span.
create index product_prices on catalog.product using gist (int8range(min_price, max_price, '[]'))
  where status = 'published' and min_price is not null;
