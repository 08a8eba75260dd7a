-- question: Which states wait too long for their parcels?
-- read: late is delivered after the promised time; late_rate over delivered parcels.
SELECT state, sum(d.delivered) AS delivered, sum(d.late) AS late, round(late / delivered, 6) AS late_rate
FROM (SELECT state, delivered, late FROM sales.delivery_rates) AS d
GROUP BY state
ORDER BY late_rate DESC, state
