-- How far each building of an aggregate is, so that one that was broken off goes on where it stood.
--   state     UUID of the state table that is being filled
--   chunk     what of raw is summed up: partition and slice; '' stands for the boundary being taken
--   boundary  for '': the first offset per topic-partition that the view counts, JSON
CREATE TABLE IF NOT EXISTS ops.aggregate_builds
(
    model    LowCardinality(String),
    state    UUID,
    chunk    String,
    boundary String,
    at       DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (state, chunk)
COMMENT 'What has been summed up of aggregates that are or were being built';

-- What comparing aggregates with the current rows found.
--   differing  groups whose sums are not those of the current rows
--   compared   groups that were compared
CREATE TABLE IF NOT EXISTS ops.aggregate_checks
(
    model     LowCardinality(String),
    compared  UInt64,
    differing UInt64,
    seconds   Float64,
    at        DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (model, at)
TTL toDateTime(at) + INTERVAL 400 DAY
COMMENT 'Results of aggregate verify';
