"""RDS of the mock AWS: every instance is the one PostgreSQL on this machine, in which its master
user and its database are made, and whose password changes with the instance's."""

import json
import os
import re
import secrets
import subprocess

from moto.rds.models import RDSBackend

from mock_cloudformation import Kind, client, of_type


def sql(*statements, check=True):
    """Runs them as the superuser, whom RDS keeps for itself."""
    commands = [word for statement in statements for word in ("-c", statement)]
    subprocess.run(["psql", "-X", "-q", "-h", os.environ["MOCK_DATABASE_SOCKET"], "-p",
                    os.environ["MOCK_DATABASE_PORT"], "-U", "postgres", *commands], check=check,
                   stderr=None if check else subprocess.DEVNULL)


def make_database(master, password, name):
    # Either may be there since an earlier instance. A master user of RDS is no superuser.
    sql(f"CREATE ROLE {master} LOGIN CREATEROLE CREATEDB", check=False)
    sql(f"CREATE DATABASE {name} OWNER {master}", check=False)
    sql(f"ALTER ROLE {master} PASSWORD '{password}'")


def dereference(text):
    """The value of {{resolve:secretsmanager:ARN:SecretString:KEY}}."""
    found = re.fullmatch(r"\{\{resolve:secretsmanager:(.+):SecretString:(\w+)}}", text)
    value = client("secretsmanager").get_secret_value(SecretId=found[1])["SecretString"]
    return json.loads(value)[found[2]]


@of_type("AWS::RDS::DBSubnetGroup")
class SubnetGroup(Kind):
    @staticmethod
    def create(p, name):
        name = name.lower()
        client("rds").create_db_subnet_group(
            DBSubnetGroupName=name, SubnetIds=p["SubnetIds"],
            DBSubnetGroupDescription=p["DBSubnetGroupDescription"])
        return name, {}

    @staticmethod
    def delete(physical_id, p, retain):
        client("rds").delete_db_subnet_group(DBSubnetGroupName=physical_id)


@of_type("AWS::RDS::DBParameterGroup")
class ParameterGroup(Kind):
    @staticmethod
    def create(p, name):
        name = name.lower()
        rds = client("rds")
        rds.create_db_parameter_group(DBParameterGroupName=name,
                                      DBParameterGroupFamily=p["Family"],
                                      Description=p["Description"])
        rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[
            {"ParameterName": k, "ParameterValue": str(v), "ApplyMethod": "pending-reboot"}
            for k, v in p["Parameters"].items()])
        return name, {}

    @staticmethod
    def delete(physical_id, p, retain):
        used = [group["DBParameterGroupName"]
                for database in client("rds").describe_db_instances()["DBInstances"]
                for group in database["DBParameterGroups"]]
        if physical_id in used:  # moto tries again after it has removed others
            raise RuntimeError(f"{physical_id} is in use")
        client("rds").delete_db_parameter_group(DBParameterGroupName=physical_id)


@of_type("AWS::RDS::DBInstance")
class DatabaseInstance(Kind):
    @staticmethod
    def create(p, name):
        rds = client("rds")
        p = dict(p, VpcSecurityGroupIds=p["VPCSecurityGroups"])
        del p["VPCSecurityGroups"]
        p.setdefault("DBInstanceIdentifier", name.lower())
        for key in ("Port", "AllocatedStorage", "MaxAllocatedStorage", "BackupRetentionPeriod"):
            if key in p:
                p[key] = int(p[key])
        make = (rds.create_db_instance_read_replica if "SourceDBInstanceIdentifier" in p
                else rds.create_db_instance)
        if "MasterUserPassword" in p:
            p["MasterUserPassword"] = dereference(p["MasterUserPassword"])
        made = make(**p)["DBInstance"]
        attributes = {"Endpoint.Address": "localhost",
                      "Endpoint.Port": os.environ["MOCK_DATABASE_PORT"]}
        if p.get("ManageMasterUserPassword"):
            secret = made["MasterUserSecret"]["SecretArn"]
            attributes["MasterUserSecret.SecretArn"] = secret
            p["MasterUserPassword"] = secrets.token_urlsafe(24)  # moto's is always the same
            client("secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps(
                {"username": p["MasterUsername"], "password": p["MasterUserPassword"]}))
        if "MasterUserPassword" in p:
            make_database(p["MasterUsername"], p["MasterUserPassword"], p["DBName"])
        return p["DBInstanceIdentifier"], attributes

    @staticmethod
    def delete(physical_id, p, retain):
        rds = client("rds")
        found = rds.describe_db_instances(DBInstanceIdentifier=physical_id)["DBInstances"][0]
        if found.get("ReadReplicaDBInstanceIdentifiers"):
            raise RuntimeError(f"{physical_id} has a replica")
        snapshot = {"FinalDBSnapshotIdentifier": f"{physical_id}-final"} if retain else {}
        rds.delete_db_instance(DBInstanceIdentifier=physical_id, SkipFinalSnapshot=not retain,
                               **snapshot)


def passing_on(modify_db_instance):
    """A new password of the master user is one in PostgreSQL as well."""

    def modify(self, db_instance_identifier, db_kwargs):
        database = modify_db_instance(self, db_instance_identifier, db_kwargs)
        if "master_user_password" in db_kwargs:
            sql(f"ALTER ROLE {database.master_username} PASSWORD "
                f"'{db_kwargs['master_user_password']}'")
        return database

    return modify


def install():
    RDSBackend.modify_db_instance = passing_on(RDSBackend.modify_db_instance)
