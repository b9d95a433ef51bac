// Node.js' driver as one of the clients that tests/e2e/driver_program.py describes. `check`: whether it is there, in the version of package.json.
import { createRequire } from 'node:module';

const packages = createRequire(new URL('../../../build/node/', import.meta.url));
const wanted = createRequire(import.meta.url)('./package.json').dependencies.mongodb;

function fail(why) {
  console.error(`${why}; tests/drivers/node/install gets mongodb ${wanted}`);
  process.exit(3);
}

function load() {
  try {
    const { version } = packages('mongodb/package.json');
    if (version !== wanted) fail(`build/node has mongodb ${version}`);
    return packages('mongodb');
  } catch (error) {
    return fail(`build/node has no mongodb (${error.code ?? error.message})`);
  }
}

const { MongoClient, MongoNetworkError, MongoServerError, ReadConcern } = load();

const KEEP = 100; // ids in a log

const tell = line => process.stdout.write(JSON.stringify(line) + '\n');

/** `changed` gets the address of the primary, or null, whenever the driver's monitoring reports another. */
function watchPrimary(client, changed) {
  let last = null;
  client.on('topologyDescriptionChanged', event => {
    const found = [...event.newDescription.servers.values()].find(server => server.type === 'RSPrimary');
    const primary = found ? found.address : null;
    if (primary !== last) changed((last = primary));
  });
}

async function code(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof MongoServerError) return error.code;
    throw error;
  }
}

async function operations(uri) {
  const seen = {};
  const primaries = [];
  const commands = [];
  const client = new MongoClient(uri, { monitorCommands: true });
  watchPrimary(client, primary => primary && primaries.push(primary));
  client.on('commandSucceeded', event => commands.push(event.commandName));
  let hosts = [];
  client.on('topologyDescriptionChanged', event => (hosts = [...event.newDescription.servers.keys()]));
  const sent = name => commands.filter(command => command === name).length;
  const app = client.db('app');
  const things = app.collection('things');

  seen.inserted = (await things.insertMany(Array.from({ length: 250 }, (_, i) => ({ _id: i, x: i })))).insertedCount;
  const found = (await things.find({}).sort({ _id: 1 }).batchSize(40).toArray()).map(document => document.x);
  seen.found = [found.length, found.reduce((sum, x) => sum + x, 0)];
  seen.getMores = sent('getMore');
  const cursor = things.find({}, { batchSize: 2 });
  await cursor.next();
  await cursor.close();
  seen.cursorsKilled = sent('killCursors');
  const hinted = things.find({ _id: { $gt: 6 } }, { limit: 2, hint: { _id: 1 }, comment: 'by hint', collation: { locale: 'simple' } });
  seen.hinted = (await hinted.toArray()).map(document => document._id);

  const updated = await things.updateMany({ _id: { $lt: 125 } }, { $inc: { x: 100 } });
  seen.updated = [updated.matchedCount, updated.modifiedCount];
  seen.upserted = (await things.updateOne({ _id: 'new' }, { $set: { x: -1 } }, { upsert: true })).upsertedId;
  seen.replaced = (await things.replaceOne({ _id: 'new' }, { x: -2 })).modifiedCount;
  seen.deleted = (await things.deleteMany({ _id: { $gte: 225 } })).deletedCount;
  seen.modified = await things.findOneAndUpdate({ _id: 1 }, { $set: { y: 1 } }, { projection: { y: 0 }, returnDocument: 'after' });
  seen.removed = await things.findOneAndDelete({ _id: 1 }, { projection: { y: 0 } });
  const bulk = await things.bulkWrite([
    { insertOne: { document: { _id: 1, x: 101 } } },
    { insertOne: { document: { _id: 'gone' } } },
    { updateOne: { filter: { _id: 1 }, update: { $set: { bulk: true } } } },
    { deleteOne: { filter: { _id: 'gone' } } }
  ]);
  seen.bulk = [bulk.insertedCount, bulk.modifiedCount, bulk.deletedCount];
  const stages = [{ $match: { _id: { $gte: 0 } } }, { $group: { _id: { $mod: ['$_id', 2] }, n: { $sum: 1 } } }, { $sort: { _id: 1 } }];
  seen.groups = await things.aggregate(stages, { batchSize: 1 }).toArray();
  seen.let = (await things.aggregate([{ $match: { $expr: { $eq: ['$_id', '$$wanted'] } } }], { let: { wanted: 3 } }).toArray()).length;
  seen.count = await things.countDocuments({ _id: { $gte: 0 } });
  seen.estimated = await things.estimatedDocumentCount();
  await things.updateMany({ _id: { $type: 'int' } }, [{ $set: { odd: { $mod: ['$_id', 2] } } }]);
  seen.distinct = (await things.distinct('odd')).sort();

  const unique = app.collection('unique');
  await unique.createIndex({ x: 1 }, { unique: true });
  seen.indexes = (await unique.indexes()).map(index => index.name).sort();
  await unique.insertOne({ x: 1 });
  seen.duplicate = await code(() => unique.insertOne({ x: 1 }));
  await things.findOne({}, { maxTimeMS: 5000 });
  seen.timeLimit = 'ok';
  const loose = app.collection('loose');
  await loose.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
  while ((await loose.countDocuments()) === 0);
  seen.unacknowledged = 1;

  await client.withSession({ causalConsistency: true }, async session => {
    const own = app.collection('own');
    await own.insertOne({ _id: 'mine' }, { session });
    const secondary = app.collection('own', { readPreference: 'secondary', readConcern: new ReadConcern('majority') });
    seen.session = { own: await own.countDocuments({}, { session }), secondary: (await secondary.find({}, { session }).toArray()).length };
  });
  const clientBulk = await client.bulkWrite(
    [
      { name: 'insertOne', namespace: 'app.bulk', document: { _id: 1, x: 1 } },
      { name: 'updateOne', namespace: 'app.other', filter: { _id: 2 }, update: { $set: { x: 1 } }, upsert: true },
      { name: 'replaceOne', namespace: 'app.bulk', filter: {}, replacement: { x: 2 }, sort: { x: -1 } },
      { name: 'deleteOne', namespace: 'app.other', filter: { x: 1 } }
    ],
    { verboseResults: true }
  );
  const { insertedCount, upsertedCount, modifiedCount, deletedCount, updateResults } = clientBulk;
  seen.clientBulk = [insertedCount, upsertedCount, modifiedCount, deletedCount, updateResults.get(1).upsertedId];
  const other = new MongoClient(uri, { compressors: ['zlib'], serverApi: { version: '1', strict: true, deprecationErrors: true } });
  await other.db('admin').command({ ping: 1 });
  await other.close();
  seen.compressed = 'ok';
  seen.unknownCommand = await code(() => client.db('admin').command({ noSuchCommand: 1 }));
  seen.hosts = hosts;

  await client.db('admin').command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 5 });
  const after = app.collection('after');
  await after.insertOne({ _id: 1 });
  seen.afterStepDown = await after.countDocuments();
  seen.primaries = primaries;
  await client.close();
  tell(seen);
}

async function writes(uri, writers) {
  const client = new MongoClient(uri);
  watchPrimary(client, primary => tell({ primary }));
  const app = client.db('app');
  const events = app.collection('events');
  const logs = app.collection('logs');
  const acknowledged = [];
  const failed = [];
  let stopped = false;
  process.stdin.on('end', () => (stopped = true)).resume();

  const write = (id, log, number) => {
    const add = { $inc: { n: 1 }, $push: { ids: id } };
    if (number % 2 === 0) return events.insertOne({ _id: id });
    if (number % 4 === 1) return logs.updateOne({ _id: log }, add, { upsert: true });
    return logs.findOneAndUpdate({ _id: log }, add, { upsert: true });
  };
  const work = async writer => {
    for (let number = 0; !stopped; ++number) {
      const id = `${writer}-${number}`;
      try {
        await write(id, `${writer}-log-${Math.floor(number / KEEP)}`, number);
        acknowledged.push(id);
      } catch (error) {
        const labelled = error.hasErrorLabel?.('RetryableWriteError') ?? false;
        failed.push({ id, message: String(error), code: error.code ?? null, network: error instanceof MongoNetworkError, retryable: labelled });
      }
    }
  };
  const progress = setInterval(() => tell({ acknowledged: acknowledged.length }), 50);
  await Promise.all(Array.from({ length: writers }, (_, writer) => work(writer)));
  clearInterval(progress);
  const majority = { readConcern: new ReadConcern('majority') };
  const ids = (await app.collection('events', majority).find().toArray()).map(document => document._id);
  tell({ writes: { acknowledged, failed, events: ids, logs: await app.collection('logs', majority).find().toArray() } });
  await client.close();
}

const [what, uri, writers] = process.argv.slice(2);
if (what === 'operations') await operations(uri);
if (what === 'writes') await writes(uri, Number(writers));
