-- What people query: shop (current rows, views), past (rows as they were, views), sales (aggregates, views), ops.
-- What they should not: raw (signed log), current and sales_state (storage behind the views).
CREATE DATABASE IF NOT EXISTS raw;
CREATE DATABASE IF NOT EXISTS current;
CREATE DATABASE IF NOT EXISTS shop;
CREATE DATABASE IF NOT EXISTS past;
CREATE DATABASE IF NOT EXISTS sales;
CREATE DATABASE IF NOT EXISTS sales_state;
CREATE DATABASE IF NOT EXISTS ops;
