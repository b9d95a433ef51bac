// Errors as drivers/PROTOCOL.md has them.
import { Bad, mongodb } from './driver.mjs';

const { MongoBulkWriteError, MongoNetworkError, MongoNetworkTimeoutError, MongoOperationTimeoutError, MongoServerError, MongoServerSelectionError } = mongodb;

const NONE = { code: null, codeName: '', labels: [], isNetwork: false, isTimeout: false, notSent: false, unsupported: false, isClient: true };

export const expired = milliseconds => ({ ...NONE, message: `no answer within ${milliseconds} ms (deadlineMS)`, isTimeout: true, deadline: true });

function bulk(error) {
  const { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds } = error.result;
  return {
    writeErrors: Object.fromEntries([error.writeErrors].flat().map(one => [one.index, { code: one.code, message: one.errmsg }])),
    partialResult: { insertedCount, matchedCount, modifiedCount, deletedCount, upsertedCount, upsertedIds }
  };
}

/** What was thrown, as the `error` of an answer. */
export function describe(error) {
  const out = { ...NONE, message: String(error?.message ?? error) };
  if (error instanceof Bad) return { ...out, field: error.field, notSent: true, unsupported: error.unsupported };
  out.labels = [...(error?.errorLabels ?? [])];
  if (error instanceof MongoServerError) {
    Object.assign(out, { code: error.code ?? null, codeName: error.codeName ?? error.errorResponse?.codeName ?? '', isClient: false });
    if (error.errorResponse) out.errorResponse = error.errorResponse;
    if (error instanceof MongoBulkWriteError) Object.assign(out, bulk(error));
    const concern = error.result?.writeConcernError ?? error.errorResponse?.writeConcernError ?? error.err;
    if (concern?.code !== undefined) out.writeConcernErrors = [{ code: concern.code, message: concern.errmsg ?? concern.message ?? '' }];
  } else if (error instanceof MongoServerSelectionError || error?.name === 'MongoWaitQueueTimeoutError' || error?.name === 'MongoPoolClearedError') {
    out.isNetwork = out.notSent = true;
  } else if (error instanceof MongoOperationTimeoutError) {
    out.isTimeout = true;
  } else if (error instanceof MongoNetworkError) {
    out.isNetwork = true;
    out.isTimeout = error instanceof MongoNetworkTimeoutError;
    out.notSent = error.beforeHandshake === true; // it was still connecting
  } else {
    out.notSent = !/Closed/.test(error?.name); // the driver refused it; in one that was closed meanwhile it may have been sent
  }
  return out;
}
