/** Errors of the HTTP interface: problem documents of RFC 9457, with the codes that the command line and journals use. */
import type { Diagnostic } from '../../compiler/diagnostic.ts'
import { isFault } from '../../core/fault.ts'
import { InvalidPart } from '../../core/invalid-part.ts'
import { InvalidSource } from '../../service/workflows/invalid-source.ts'
import { isPassing, isStoreError } from '../../store/store-error.ts'

export interface ProblemDocument {
  type: 'about:blank'
  title: string
  status: number
  detail: string
  /** Code of a fault, of the store, or of the request. */
  code: string
  hint?: string
  /** JSON pointer of the wrong value in the body of the request. */
  pointer?: string
  /** Findings in a workflow that was sent. */
  findings?: readonly Diagnostic[]
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [408, 'Request Timeout'],
  [409, 'Conflict'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [421, 'Misdirected Request'],
  [422, 'Unprocessable Content'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
])

type ProblemFacts = Pick<ProblemDocument, 'status' | 'detail' | 'code'> &
  Partial<Pick<ProblemDocument, 'hint' | 'pointer' | 'findings'>>

/** Thrown by a route; the interface answers with its document. */
export class Problem extends Error {
  readonly document: ProblemDocument
  readonly headers: Readonly<Record<string, string>>

  constructor({ headers = {}, ...facts }: ProblemFacts & { headers?: Readonly<Record<string, string>> }) {
    super(facts.detail)
    this.name = 'Problem'
    this.document = toDocument(facts)
    this.headers = headers
  }
}

const toDocument = ({ status, ...facts }: ProblemFacts): ProblemDocument => ({
  type: 'about:blank',
  title: TITLES.get(status) ?? 'Error',
  status,
  ...facts,
})

export const toResponse = (document: ProblemDocument, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(document), {
    status: document.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  })

const STATUS_OF_FAULT: ReadonlyMap<string, number> = new Map([
  ['not_found', 404],
  ['conflict', 409],
  ['too_large', 413],
  ['refused', 403],
  ['expression_failed', 422],
  ['unauthorized', 422],
  ['defect', 500],
  ['unavailable', 503],
])

/** Translates what a route has thrown. The message of an unexpected error stays inside: it may hold anything. */
export const explain = (thrown: unknown): ProblemDocument => {
  if (thrown instanceof Problem) return thrown.document
  if (isStoreError(thrown)) {
    const status = isPassing(thrown) || thrown.code === 'closed' ? 503 : thrown.code === 'conflict' ? 409 : 500
    return toDocument({ status, detail: thrown.message, code: thrown.code, ...(thrown.hint && { hint: thrown.hint }) })
  }
  if (isFault(thrown)) {
    const [detail = '', ...rest] = thrown.message.split('\n')
    const hint = rest.join('\n')
    const status = STATUS_OF_FAULT.get(thrown.code) ?? 400
    const pointer = thrown instanceof InvalidPart ? { pointer: `/${thrown.part}` } : {}
    return toDocument({ status, detail, code: thrown.code, ...(hint !== '' && { hint }), ...pointer })
  }
  return toDocument({ status: 500, detail: 'the server has failed: its log says why', code: 'defect' })
}

/** @param got `content-type` of the request */
export const wrongType = (got: string | undefined): Problem =>
  new Problem({
    status: 415,
    code: 'wrong_type',
    detail: `expected a body of the type application/json, got ${got ?? 'none'}`,
    hint: "send it with the header 'content-type: application/json'",
  })

/** Calls `act` with the workflow that the body names, by its text or, with another pointer, by its name. @throws Problem with the findings in it */
export const orInvalidWorkflow = async <T>(act: () => Promise<T>, pointer = '/source'): Promise<T> => {
  try {
    return await act()
  } catch (thrown) {
    if (!(thrown instanceof InvalidSource)) throw thrown
    const { message, findings } = thrown
    throw new Problem({ status: 422, code: 'invalid_workflow', detail: message, pointer, findings })
  }
}
