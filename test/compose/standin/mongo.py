"""Makes the administrator of a server that asks for no password yet."""

import os
import socket
from pathlib import Path

import pymongo

client = pymongo.MongoClient(socket.gethostname(), 27017, directConnection=True, serverSelectionTimeoutMS=60000)
password = Path(os.environ["MONGO_INITDB_ROOT_PASSWORD_FILE"]).read_text()
client.admin.command("createUser", os.environ["MONGO_INITDB_ROOT_USERNAME"], pwd=password, roles=["root"])
