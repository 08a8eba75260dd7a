-- The records of topic tidemark.watermarks, written by the sink as they come; doubles do no harm.
--   source            the name of the source in capture's configuration
--   epoch, commit, ordinal, version   the position, and the same as one number (epoch:16 | commit:64 | ordinal:48)
--   commit_time       when the source committed it
--   complete          false while a snapshot is open: such a position is never a tidemark
--   topics, incarnations, next_offsets   parallel arrays: per topic, its incarnation and per partition the offset below
--                     which every record of commits up to the position lies (0: the partition has never held a record)
--   fingerprint       what is captured, hashed
--   _offset           offset in tidemark.watermarks
--   recent            per source its newest positions, inverted because the smallest are what the aggregate keeps: from them
--                     ops.tidemark begins, and without it would read three days of them at every look
-- After three days only the newest row of a source stays (complete and incomplete apart), so that a source that has been
-- silent for long still has a tidemark.
CREATE TABLE IF NOT EXISTS ops.watermarks
(
    source       LowCardinality(String),
    epoch        UInt16,
    commit       UInt64,
    ordinal      UInt64,
    version      UInt128 DEFAULT bitOr(bitOr(bitShiftLeft(toUInt128(epoch), 112), bitShiftLeft(toUInt128(commit), 48)), toUInt128(ordinal)),
    commit_time  DateTime64(6, 'UTC'),
    complete     Bool,
    topics       Array(String),
    incarnations Array(String),
    next_offsets Array(Array(UInt64)),
    fingerprint  String,
    _offset      UInt64,
    received_at  DateTime64(3, 'UTC') DEFAULT now64(3),
    PROJECTION newest (SELECT source, complete, max(version) GROUP BY source, complete),
    PROJECTION recent (SELECT source, complete, groupArraySorted(10000)(bitNot(version)) GROUP BY source, complete)
)
ENGINE = MergeTree
ORDER BY (source, complete, version)
TTL toDateTime(received_at) + INTERVAL 3 DAY GROUP BY source, complete
    SET epoch = argMax(epoch, version), commit = argMax(commit, version), ordinal = argMax(ordinal, version),
        commit_time = argMax(commit_time, version), topics = argMax(topics, version),
        incarnations = argMax(incarnations, version), next_offsets = argMax(next_offsets, version),
        fingerprint = argMax(fingerprint, version), _offset = argMax(_offset, version),
        received_at = argMax(received_at, version), version = max(version)
SETTINGS index_granularity = 1024, deduplicate_merge_projection_mode = 'rebuild'
COMMENT 'How far each source had been published, and up to which offsets';

-- For installations that are older than the projection: their old parts are read without it until they are merged.
ALTER TABLE ops.watermarks ADD PROJECTION IF NOT EXISTS recent (SELECT source, complete, groupArraySorted(10000)(bitNot(version)) GROUP BY source, complete)
