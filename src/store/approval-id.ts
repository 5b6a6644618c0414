import { hashJson } from '../core/hash.ts'
import type { OpenApproval } from './approval-record.ts'

const ID_LENGTH = 8

/** Derives the id of a question from its content. A changed question, and the next visit of its step, have another id. */
export const toApprovalId = ({
  runId,
  path,
  visit,
  requestHash,
}: Pick<OpenApproval, 'runId' | 'path' | 'visit' | 'requestHash'>): string =>
  hashJson([runId, path, visit, requestHash]).slice(0, ID_LENGTH)
