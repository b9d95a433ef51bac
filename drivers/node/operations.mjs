// The operations of the unified test format on each type of entity: what they take, and what comes of them.
import { Bad, document, mongodb, plain } from './driver.mjs';

const { ReadConcern, ReadPreference, WriteConcern } = mongodb;

/** What an operation is asked with; each argument is taken by name, and none may be left. `entities` resolves the names of sessions. */
export class Arguments {
  constructor(json, entities, client) {
    if (json === null || typeof json !== 'object' || Array.isArray(json)) throw new Bad('arguments', 'is a document');
    Object.assign(this, { left: new Map(Object.entries(json)), entities, client });
  }
  take(name) {
    const value = this.left.get(name);
    this.left.delete(name);
    return value;
  }
  document(name, otherwise) {
    const json = this.take(name) ?? otherwise;
    if (json === undefined) throw new Bad(`arguments.${name}`, 'is missing');
    if (json === null || typeof json !== 'object' || Array.isArray(json)) throw new Bad(`arguments.${name}`, 'is a document');
    return document(json);
  }
  documents(name) {
    const json = this.take(name);
    if (json === undefined) throw new Bad(`arguments.${name}`, 'is missing');
    if (!Array.isArray(json) || json.some(one => one === null || typeof one !== 'object' || Array.isArray(one))) throw new Bad(`arguments.${name}`, 'is a list of documents');
    return document(json);
  }
  update(name = 'update') {
    return Array.isArray(this.left.get(name)) ? this.documents(name) : this.document(name);
  }
  string(name) {
    const json = this.take(name);
    if (typeof json !== 'string') throw new Bad(`arguments.${name}`, json === undefined ? 'is missing' : 'is a string');
    return json;
  }
  /** All that is left, if they are of `names`, as options of the driver. */
  options(names = '') {
    const known = ['session', 'timeoutMS', ...names.split(' ')];
    const out = {};
    for (const [name, json] of this.left) {
      if (!known.includes(name)) throw new Bad(`arguments.${name}`, 'is no argument of this operation', true);
      if (name === 'session') out.session = this.entities.of('arguments.session', json, 'session').handle;
      else out[name] = EXACT.includes(name) ? document(json) : plain(json);
    }
    if (out.returnDocument !== undefined) {
      out.returnDocument = String(out.returnDocument).toLowerCase();
      if (!['before', 'after'].includes(out.returnDocument)) throw new Bad('arguments.returnDocument', 'is "Before" or "After"');
    }
    if (out.readPreference !== undefined) out.readPreference = readPreference(out.readPreference);
    return out;
  }
}

// Options that are documents to the server, not words to the driver.
const EXACT = ['arrayFilters', 'comment', 'let', 'min', 'max'];
const READ = 'collation comment hint maxTimeMS let';
const FIND = `${READ} sort limit skip projection batchSize allowDiskUse allowPartialResults noCursorTimeout min max returnKey showRecordId`;
const WRITE = 'collation comment hint let bypassDocumentValidation writeConcern maxTimeMS';
const MODIFY = `${WRITE} sort projection upsert arrayFilters returnDocument`;

const MODES = ['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'];

function readPreference(json) {
  if (typeof json?.mode !== 'string' || !MODES.includes(json.mode[0]?.toLowerCase() + json.mode.slice(1))) throw new Bad('readPreference.mode', `is one of ${MODES.join(', ')}`);
  const { mode, tagSets, maxStalenessSeconds, hedge } = json;
  return new ReadPreference(mode[0].toLowerCase() + mode.slice(1), tagSets, { maxStalenessSeconds, hedge });
}

/** The options of a database or a collection. */
export function concerns(json = {}) {
  const out = {};
  for (const [name, value] of Object.entries(plain(json))) {
    if (name !== 'timeoutMS' && (value === null || typeof value !== 'object')) throw new Bad(`options.${name}`, 'is a document');
    if (name === 'readConcern') out.readConcern = ReadConcern.fromOptions({ readConcern: value });
    else if (name === 'writeConcern') out.writeConcern = WriteConcern.fromOptions({ writeConcern: { ...value, wtimeout: value.wtimeoutMS, j: value.journal ?? value.j } });
    else if (name === 'readPreference') out.readPreference = readPreference(value);
    else if (name === 'timeoutMS') out.timeoutMS = value;
    else throw new Bad(`options.${name}`, 'is no option of this entity', true);
  }
  return out;
}

export function sessionOptions(json = {}) {
  const { defaultTransactionOptions, ...rest } = plain(json);
  for (const name of Object.keys(rest)) if (!['causalConsistency', 'snapshot', 'defaultTimeoutMS'].includes(name)) throw new Bad(`options.${name}`, 'is no option of a session', true);
  if (defaultTransactionOptions === undefined) return rest;
  const { readPreference: preference, ...others } = defaultTransactionOptions;
  return { ...rest, defaultTransactionOptions: preference ? { ...others, readPreference: readPreference(preference) } : others };
}

const TRANSACTION = { NO_TRANSACTION: 'none', STARTING_TRANSACTION: 'starting', TRANSACTION_IN_PROGRESS: 'inProgress', TRANSACTION_COMMITTED: 'committed',
  TRANSACTION_COMMITTED_EMPTY: 'committed', TRANSACTION_ABORTED: 'aborted' };

/** What the driver knows of a session. */
export const sessionState = session => ({
  lsid: session.id, transaction: TRANSACTION[session.transaction.state], dirty: !session.hasEnded && session.serverSession.isDirty, pinned: session.isPinned
});

const insertedIds = result => ({ insertedCount: result.insertedCount, insertedIds: result.insertedIds });
const changed = ({ matchedCount, modifiedCount, upsertedCount, upsertedId }) => ({ matchedCount, modifiedCount, upsertedCount, ...(upsertedCount ? { upsertedId } : {}) });
const removed = ({ deletedCount }) => ({ deletedCount });
const none = async work => (await work, null);
// An operation's options are read before it starts: a bad one is no half of it.
const of = (take, names, act) => async (entity, a) => {
  const taken = take(a);
  const options = a.options(names);
  return act(entity.handle, taken, options);
};

const filtered = a => a.document('filter');
const changing = a => [a.document('filter'), a.update()];
const replacing = a => [a.document('filter'), a.document('replacement')];
const nothing = () => undefined;
const findCursor = (c, filter, options) => c.find(filter, options);

/** The models of `bulkWrite`, as the driver has them: the same. */
function models(a) {
  const requests = a.documents('requests');
  requests.forEach((request, at) => {
    const kinds = Object.keys(request);
    const known = ['insertOne', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany'];
    if (kinds.length !== 1 || !known.includes(kinds[0])) throw new Bad(`arguments.requests.${at}`, `has one key, of ${known.join(', ')}`);
  });
  return requests;
}

function ordered(a) {
  const name = a.take('commandName');
  const given = a.document('command');
  // Keys may have lost their order on the way: the command's name is said, and comes first.
  return name in given ? { [name]: given[name], ...given } : given;
}

const runCommand = of(ordered, 'readPreference', (db, body, options) => db.command(body, options));
const listDatabases = of(nothing, 'filter nameOnly comment', async (client, _, o) => (await client.db('admin').admin().listDatabases(o)).databases);
const ping = of(nothing, '', (client, _, options) => client.db('admin').command({ ping: 1 }, options));

const counts = ({ insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount }) => ({ insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount });
const byNumber = results => (results ? Object.fromEntries(results) : {});

const clientBulkWrite = of(
  a => a.documents('models').map((model, at) => {
    const [[name, fields], ...others] = Object.entries(model);
    if (others.length || typeof fields !== 'object') throw new Bad(`arguments.models.${at}`, 'has one key, the name of an operation');
    return { name, ...fields };
  }),
  'ordered bypassDocumentValidation let verboseResults comment writeConcern',
  async (client, models, o) => {
    const result = await client.bulkWrite(models, o);
    return { ...counts(result), insertResults: byNumber(result.insertResults), updateResults: byNumber(result.updateResults), deleteResults: byNumber(result.deleteResults) };
  }
);

const COLLECTION = {
  insertOne: of(a => a.document('document'), WRITE, async (c, one, o) => ({ insertedId: (await c.insertOne(one, o)).insertedId })),
  insertMany: of(a => a.documents('documents'), `${WRITE} ordered`, async (c, many, o) => insertedIds(await c.insertMany(many, o))),
  find: of(a => a.document('filter', {}), FIND, (c, filter, o) => findCursor(c, filter, o).toArray()),
  findOne: of(a => a.document('filter', {}), FIND, (c, filter, o) => c.findOne(filter, o)),
  createFindCursor: of(a => a.document('filter', {}), FIND, async (c, filter, o) => {
    const cursor = findCursor(c, filter, o);
    await cursor.hasNext(); // asks the server, and keeps the first document
    return cursor;
  }),
  aggregate: of(a => a.documents('pipeline'), `${READ} batchSize allowDiskUse bypassDocumentValidation`, (c, pipeline, o) => c.aggregate(pipeline, o).toArray()),
  countDocuments: of(filtered, `${READ} limit skip`, (c, filter, o) => c.countDocuments(filter, o)),
  estimatedDocumentCount: of(nothing, 'comment maxTimeMS', (c, _, o) => c.estimatedDocumentCount(o)),
  distinct: of(a => [a.string('fieldName'), a.document('filter', {})], READ, (c, [field, filter], o) => c.distinct(field, filter, o)),
  updateOne: of(changing, `${MODIFY}`, async (c, [filter, update], o) => changed(await c.updateOne(filter, update, o))),
  updateMany: of(changing, `${MODIFY}`, async (c, [filter, update], o) => changed(await c.updateMany(filter, update, o))),
  replaceOne: of(replacing, `${MODIFY}`, async (c, [filter, all], o) => changed(await c.replaceOne(filter, all, o))),
  deleteOne: of(filtered, WRITE, async (c, filter, o) => removed(await c.deleteOne(filter, o))),
  deleteMany: of(filtered, WRITE, async (c, filter, o) => removed(await c.deleteMany(filter, o))),
  findOneAndUpdate: of(changing, MODIFY, (c, [filter, update], o) => c.findOneAndUpdate(filter, update, o)),
  findOneAndReplace: of(replacing, MODIFY, (c, [filter, all], o) => c.findOneAndReplace(filter, all, o)),
  findOneAndDelete: of(filtered, MODIFY, (c, filter, o) => c.findOneAndDelete(filter, o)),
  bulkWrite: of(models, `${WRITE} ordered`, async (c, requests, o) => {
    const result = await c.bulkWrite(requests, o);
    return { ...counts(result), upsertedIds: result.upsertedIds };
  }),
  createIndex: of(a => [a.document('keys'), a.string('name')], `${WRITE} unique`, (c, [keys, name], o) => none(c.createIndex(keys, { ...o, name }))),
  listIndexes: of(nothing, 'batchSize comment', (c, _, o) => c.listIndexes(o).toArray()),
  drop: of(nothing, 'comment', (c, _, o) => none(c.drop(o)))
};

const DATABASE = {
  runCommand,
  aggregate: of(a => a.documents('pipeline'), `${READ} batchSize allowDiskUse`, (db, pipeline, o) => db.aggregate(pipeline, o).toArray()),
  createCollection: of(a => a.string('collection'), 'capped size max collation validator', (db, name, o) => none(db.createCollection(name, o))),
  dropCollection: of(a => a.string('collection'), '', (db, name, o) => none(db.dropCollection(name, o))),
  listCollections: of(a => a.document('filter', {}), 'batchSize comment nameOnly authorizedCollections', (db, filter, o) => db.listCollections(filter, o).toArray())
};

/** What a transaction is begun with. */
function transaction(a) {
  const out = {};
  for (const name of ['readConcern', 'writeConcern', 'readPreference', 'maxCommitTimeMS', 'timeoutMS']) {
    const json = a.take(name);
    if (json !== undefined) out[name] = name === 'readPreference' ? readPreference(plain(json)) : plain(json);
  }
  return out;
}

// On a session they take `ask`: it comes back to the caller of `withTransaction`, and throws what it says.
const SESSION = {
  startTransaction: of(transaction, '', async (session, options) => (session.startTransaction(options), null)),
  commitTransaction: of(nothing, '', (session, _, o) => none(session.commitTransaction(o))),
  abortTransaction: of(nothing, '', (session, _, o) => none(session.abortTransaction(o))),
  endSession: of(nothing, '', session => none(session.endSession())),
  withTransaction: async (entity, a, ask) => {
    const options = transaction(a);
    a.options();
    await entity.handle.withTransaction(ask, options);
    return null;
  }
};

const CURSOR = {
  iterateUntilDocumentOrError: of(nothing, '', cursor => cursor.next()),
  iterateOnce: of(nothing, '', cursor => cursor.tryNext()),
  close: of(nothing, '', cursor => none(cursor.close()))
};

/** From the type of an entity to its operations: (entity, arguments, ask) → result. */
export const OPERATIONS = { client: { ping, listDatabases, clientBulkWrite }, database: DATABASE, collection: COLLECTION, session: SESSION, cursor: CURSOR };
