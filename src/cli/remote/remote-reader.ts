/** Reads the runs of a server. */
import { createCatalogue } from '../../app/catalogue.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import { joinAssignment } from '../../core/assignment.ts'
import type { RunQuery } from '../../service/history/select-runs.ts'
import type { ShownRun } from '../../service/history/shown-runs.ts'
import type { TracedRun } from '../../service/history/traced-run.ts'
import { toTime } from '../../service/views/time.ts'
import { compileStored } from '../../service/workflows/compile-stored.ts'
import { expectCreated } from '../../store/journal-row.ts'
import type { RunRecord } from '../../store/store.ts'
import { RunDefinition } from '../../web/api/history-schemas.ts'
import { Run, type RunJson, RunList, Trace } from '../../web/api/schemas.ts'
import type { RunReader, RunStream } from '../run-reader.ts'
import { readRow } from './read-row.ts'
import { streamRows } from './remote-stream.ts'
import { findRunPath, toRunPath } from './run-path.ts'
import { toRunError, toRunRecord, toRunWait } from './run-record.ts'
import { type ServerClient, toQuery } from './server-client.ts'

export const createRemoteReader = (client: ServerClient): RunReader => ({
  damaged: { runs: [] },
  async list(query) {
    const { runs, total } = await listAll(client, { ...toParameters(query), waits: true }, query.filter.limit)
    return { runs: runs.map(toShownRun), total }
  },
  async listChildren(parent, limit) {
    return (await listAll(client, { parent }, limit)).runs.map(toRunRecord)
  },
  trace: (run) => readTrace(client, run),
  async readPast(run) {
    const { run: record, rows } = await readTrace(client, run)
    const { workflow, hash } = await readWorkflow(client, record.id)
    return { record: { ...record, definition: hash }, rows, workflow, created: expectCreated(rows, record.id).data }
  },
  async follow(run) {
    return createStream(client, toRunRecord(await client.get(await findRunPath(client, run), Run)))
  },
})

const readTrace = async (client: ServerClient, run: string): Promise<TracedRun> => {
  const {
    journal,
    children,
    started,
    waits_for: waits,
    missing = [],
    ...json
  } = await client.get(`${await findRunPath(client, run)}/trace`, Trace)
  return {
    run: { ...toRunRecord(json), output: json.output, error: toRunError(json.error) },
    rows: journal.map((row) => readRow(row, json.run)),
    waits: waits.map(toRunWait),
    missing,
    children: children.map(toRunRecord),
    started: started.map(toRunRecord),
  }
}

const readWorkflow = async (
  client: ServerClient,
  id: string,
): Promise<{ workflow: CompiledWorkflow; hash: string }> => {
  const answer = await client.get(`${toRunPath(id)}/definition`, RunDefinition)
  const { definition: hash, file, source, links, models, environment } = answer
  const catalogue = createCatalogue()
  return { hash, workflow: compileStored({ hash, file, source, links }, { catalogue, models, environment }) }
}

const createStream = (client: ServerClient, record: RunRecord): RunStream => {
  const path = toRunPath(record.id)
  return {
    record,
    compile: async () => (await readWorkflow(client, record.id)).workflow,
    rows: (options) => streamRows(client, record.id, options),
    async listAskedBelow() {
      const { waits_for: waits } = await client.get(path, Run)
      return waits.map(toRunWait).filter(({ kind, run }) => kind === 'approval' && run !== record.id)
    },
  }
}

const toShownRun = (json: RunJson): ShownRun => ({
  ...toRunRecord(json),
  shown: json.status,
  waits: json.waits_for.map(toRunWait),
  missing: json.missing ?? [],
})

type ListParameters = Parameters<typeof toQuery>[1]

const toParameters = ({ status, inputs, filter: { workflow, since, until } }: RunQuery): ListParameters => ({
  shown: status,
  workflow,
  since: toTime(since ?? null) ?? undefined,
  until: toTime(until ?? null) ?? undefined,
  input: inputs.map(joinAssignment),
})

/** Most runs that a server lists at once. */
const PAGE = 500

/** Reads page by page. `total`: of all of them, also beyond the limit. */
const listAll = async (
  client: ServerClient,
  parameters: ListParameters,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ runs: RunJson[]; total: number }> => {
  const runs: RunJson[] = []
  let total = 0
  for (let next: string | null | undefined; next !== null && runs.length < limit; ) {
    const page: ListParameters = { limit: Math.min(PAGE, limit - runs.length), total: runs.length === 0, before: next }
    const answer = await client.get(toQuery('/api/v1/runs', { ...parameters, ...page }), RunList)
    runs.push(...answer.runs)
    total = Math.max(total, answer.total ?? 0, runs.length)
    next = answer.next
  }
  return { runs, total }
}
