import { hashJson } from '../../core/hash.ts'
import type { OpenApproval } from '../../store/approval-record.ts'

const ID_LENGTH = 8

/** Names a question as it was asked: asked anew with something else it has another id, and so has the next visit of its step. */
export const toApprovalId = ({
  runId,
  path,
  visit,
  requestHash,
}: Pick<OpenApproval, 'runId' | 'path' | 'visit' | 'requestHash'>): string =>
  hashJson([runId, path, visit, requestHash]).slice(0, ID_LENGTH)
