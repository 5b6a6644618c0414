/**
 * Exported runs as text, one JSON value a line: definitions and blobs before the runs, a run before its parts, a parent before its
 * children.
 */
import { hashBytes } from '../core/hash.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'
import type { ApprovalRecord } from './approval-record.ts'
import type { CloudEventRecord } from './cloud-event-record.ts'
import type { Definition } from './definition-store.ts'
import type { InboxMessage } from './inbox-store.ts'
import type { JournalRow } from './journal-row.ts'
import { isRawRow, parseJournalRow } from './parse-journal-row.ts'
import type { RunFlow } from './rules/flow.ts'
import type { RunRecord, TimerRecord } from './run-store.ts'
import { StoreError } from './store-error.ts'

/** Raised when older programs cannot read the format. */
const BUNDLE_VERSION = 1

export interface RunBundle {
  definitions: Definition[]
  blobs: { hash: string; bytes: Uint8Array }[]
  runs: BundledRun[]
}

export interface BundledRun {
  run: Omit<RunRecord, 'holder' | 'epoch'> & {
    bodyHash: string | null
    flow: RunFlow | null
    /** When its flow drops it from the queue, in epoch milliseconds. Absent: never. */
    expiresAt?: number
    /** The messages that it has taken: one that comes again under such an id counts once. Absent: none. */
    taken?: TakenMessage[]
  }
  rows: JournalRow[]
  timers: TimerRecord[]
  messages: InboxMessage[]
  approvals: ApprovalRecord[]
  events: BundledEvent[]
}

export type TakenMessage = Pick<InboxMessage, 'id' | 'kind'>

/** `deliveredAt` is absent for an event that is not delivered yet. */
export interface BundledEvent extends CloudEventRecord {
  deliveredAt?: number
}

/** Parts of a run by the name of their lines. */
const PARTS = { row: 'rows', timer: 'timers', message: 'messages', approval: 'approvals', event: 'events' } as const

export const encodeBundle = ({ definitions, blobs, runs }: RunBundle): string => {
  const lines = [
    { troupe: { bundle: BUNDLE_VERSION } },
    ...definitions.map((definition) => ({ definition })),
    ...blobs.map(({ hash, bytes }) => ({ blob: { hash, base64: Buffer.from(bytes).toString('base64') } })),
    ...runs.flatMap((bundled) => [
      { run: bundled.run },
      ...Object.entries(PARTS).flatMap(([name, part]) => bundled[part].map((value) => ({ [name]: value }))),
    ]),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** @throws StoreError `corrupt`, with the number of the line */
export const decodeBundle = (text: string): RunBundle => {
  const bundle: RunBundle = { definitions: [], blobs: [], runs: [] }
  let isBegun = false
  for (const [place, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [name = '', value] = parseLine(line, place + 1)
    if (isBegun) addLine(bundle, { name, value, line: place + 1 })
    else if (name !== 'troupe' || value.bundle !== BUNDLE_VERSION)
      throw corrupt(place + 1, `expected a bundle of version ${BUNDLE_VERSION}`)
    isBegun = true
  }
  if (!isBegun) throw corrupt(1, `expected a bundle of version ${BUNDLE_VERSION}, got nothing`)
  const empty = bundle.runs.find(({ rows }) => rows.length === 0)
  if (empty !== undefined) throw corrupt(text.split('\n').length, `run '${empty.run.id}' has no rows`)
  return bundle
}

/** Definitions of the runs that are not in the bundle. */
export const listMissingDefinitions = ({ definitions, runs }: RunBundle): string[] => {
  const brought = new Set(definitions.map(({ hash }) => hash))
  return [...new Set(runs.map(({ run }) => run.definition))].filter((hash) => !brought.has(hash))
}

export const missingDefinitionError = (hash: string): StoreError =>
  new StoreError('corrupt', `the exported run can't be taken in: its definition '${hash}' is missing`)

/** Finds the hashes of the blobs that a text refers to as `{ $blob: hash }`. */
export const findBlobHashes = (text: string): string[] =>
  text.includes('"$blob"') ? [...text.matchAll(/"\$blob":\s*"([0-9a-f]{64})"/g)].map(([, hash = '']) => hash) : []

const parseLine = (text: string, line: number): [string, JsonObject] => {
  const parsed = parseJson(text)
  const [entry] = isJsonObject(parsed) ? Object.entries(parsed) : []
  const [name, value] = entry ?? []
  if (name === undefined || !isJsonObject(value)) throw corrupt(line, 'expected an object with one thing in it')
  return [name, value]
}

const parseJson = (text: string): JsonValue | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Line {
  name: string
  value: JsonObject
  line: number
}

/** Adds a line. Lines of the same version are trusted; only values that could do harm are checked. */
const addLine = (bundle: RunBundle, { name, value, line }: Line): void => {
  const thing: unknown = value
  if (name === 'definition') bundle.definitions.push(thing as Definition)
  else if (name === 'blob') bundle.blobs.push(toBlob(value, line))
  else if (name === 'run') bundle.runs.push(createBundledRun(thing as BundledRun['run'], line))
  else {
    if (name === 'approval') value.count ??= 1
    if (name === 'approval') value.decisions ??= []
    const part = Object.entries(PARTS).find(([known]) => known === name)?.[1]
    const run = bundle.runs.at(-1)
    if (part === undefined || run === undefined) throw corrupt(line, `'${name}' is not expected here`)
    const list: unknown[] = run[part]
    list.push(part === 'rows' ? toRow(value, { runId: run.run.id, line }) : thing)
    if (part === 'rows' && run.rows.at(-1)?.seq !== run.rows.length)
      throw corrupt(line, `expected row ${run.rows.length} of run '${run.run.id}'`)
  }
}

const createBundledRun = (run: BundledRun['run'], line: number): BundledRun => {
  if (typeof run.id !== 'string' || typeof run.workflow !== 'string' || typeof run.definition !== 'string')
    throw corrupt(line, 'expected a run with id, workflow and definition')
  return { run, rows: [], timers: [], messages: [], approvals: [], events: [] }
}

const toRow = (value: JsonObject, { runId, line }: { runId: string; line: number }): JournalRow => {
  if (isRawRow(value)) return parseJournalRow(value, runId)
  throw corrupt(line, `expected a row of run '${runId}'`)
}

const toBlob = ({ hash, base64 }: JsonObject, line: number): { hash: string; bytes: Uint8Array } => {
  const bytes = new Uint8Array(Buffer.from(String(base64), 'base64'))
  if (hashBytes(bytes) !== hash) throw corrupt(line, `the bytes of blob '${String(hash)}' are not its own`)
  return { hash, bytes }
}

const corrupt = (line: number, problem: string): StoreError =>
  new StoreError('corrupt', `line ${line} of the exported run can't be taken in: ${problem}`, {
    hint: 'export it again, with the same or an older release of troupe',
  })
