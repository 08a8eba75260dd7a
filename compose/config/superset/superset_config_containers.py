"""Superset's settings in containers: those of every installation, with the cache in Redis, where several processes share it."""

import os

from superset_config import *  # noqa: F403
from superset_config import CACHE_SECONDS

DATA_CACHE_CONFIG = {
    "CACHE_TYPE": "RedisCache" if CACHE_SECONDS else "NullCache",
    "CACHE_REDIS_URL": os.environ["SUPERSET_REDIS_URL"],
    "CACHE_KEY_PREFIX": "tidemark_data_",
    "CACHE_DEFAULT_TIMEOUT": CACHE_SECONDS,
}
FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = DATA_CACHE_CONFIG | {
    "CACHE_TYPE": "RedisCache",
    "CACHE_KEY_PREFIX": "tidemark_state_",
    "CACHE_DEFAULT_TIMEOUT": 86400,
}
