-- question: By how many days are late parcels late?
-- read: 0 is on time or within the promised day; share over all delivered parcels whose time is known.
SELECT days_late, sum(d.parcels) AS parcels, round(parcels / sum(parcels) OVER (), 6) AS share
FROM (SELECT days_late, parcels FROM sales.delays) AS d
GROUP BY days_late
ORDER BY days_late
