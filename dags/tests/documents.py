"""Documents of MongoDB that are written to beside the shop's: documents of their own."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime

from bson import ObjectId
from pace import Paced
from pymongo import DeleteOne, InsertOne, MongoClient, UpdateOne

DOCUMENTS = 500


class Documents(Paced):
    """Users whose points rise, and of whom one in five changes comes or goes."""

    def begin(self) -> None:
        self._client: MongoClient = MongoClient(os.environ["TIDEMARK_MONGO_URL"])
        self._users = self._client.shop.users
        self._like = self._users.find_one({"anonymised": False})
        self._there = [self._made() for _ in range(DOCUMENTS)]
        self._users.insert_many(self._there)

    def end(self) -> None:
        self._client.close()

    def _made(self) -> dict:
        return {**self._like, "_id": ObjectId()}

    def write(self, n: int) -> None:
        self._users.bulk_write([self._change() for _ in range(n)])

    def _change(self) -> InsertOne | UpdateOne | DeleteOne:
        kind = random.random()
        if kind < 0.1:
            self._there.append(self._made())
            return InsertOne(self._there[-1])
        at = random.randrange(len(self._there))
        if kind < 0.2 and len(self._there) > DOCUMENTS // 2:
            return DeleteOne({"_id": self._there.pop(at)["_id"]})
        change = {"$inc": {"points": 1}, "$set": {"updated_at": datetime.now(UTC)}}
        return UpdateOne({"_id": self._there[at]["_id"]}, change)
