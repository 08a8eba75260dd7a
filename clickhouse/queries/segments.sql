-- question: What kinds of buyers do we have?
-- read: people by RFM segment; recency counts back from the newest order of all, not from today.
SELECT segment, count() AS people, sum(r.orders) AS orders, sum(r.net) AS net
FROM (SELECT segment, orders, net FROM sales.rfm) AS r
GROUP BY segment
ORDER BY people DESC, segment
