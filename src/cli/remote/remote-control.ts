/** Steers the runs of a server. */
import { isFault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Aftermath } from '../../service/control/aftermath.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { RunControl } from '../run-control.ts'
import { toRunRecord, toText, toTexts } from './run-record.ts'
import type { ServerClient } from './server-client.ts'

export const createRemoteControl = (client: ServerClient): RunControl => ({
  async cancel(run) {
    const path = await findPath(client, run)
    const ended = await client.post(`${path}/cancel`)
    const now = await client.get(path)
    return {
      run: toRunRecord({ ...now, status: ended.status ?? null }),
      wasOver: ended.was_over === true,
      unsure: toTexts(ended.unsure),
      ...toAftermath(ended),
      isFinishing: false,
      goesOn: toTexts(ended.goes_on).map((id) => toRunRecord({ run: id, status: 'running' })),
    }
  },
  async pause(run, kind) {
    const path = await findPath(client, run)
    const paused = await client.post(`${path}/${kind}`)
    return { run: toRunRecord(paused), isDone: paused.done === true }
  },
  async signal(to, { event, data, id }) {
    if ('match' in to)
      throw new CliError('--match asks the database: a server takes one run', {
        hint: 'name a run, or leave out --server',
      })
    const path = await findPath(client, to.run)
    const body = { event, data, ...(id !== undefined && { id }) }
    const sent = await client.post(`${path}/signals`, body).catch((thrown: unknown) => {
      if (isFault(thrown) && thrown.code === 'conflict')
        throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
      throw thrown
    })
    return { end: { id: String(sent.id), reached: toTexts(sent.reached), passed: toTexts(sent.repeated) }, runs: [] }
  },
})

/** Path of a run that the server finds by its id, or as the newest for `last`. @throws CliError without runs */
const findPath = async (client: ServerClient, run: string): Promise<string> => {
  if (run !== 'last') return `/api/v1/runs/${encodeURIComponent(run)}`
  const { runs } = await client.get('/api/v1/runs?limit=1')
  const [newest] = Array.isArray(runs) ? runs : []
  if (isJsonObject(newest)) return `/api/v1/runs/${encodeURIComponent(String(newest.run))}`
  throw new CliError('the server has no runs', { hint: 'submit one: troupe submit NAME' })
}

const toAftermath = ({ undone, finally: broken }: JsonObject): Aftermath => ({
  undone: (Array.isArray(undone) ? undone : []).filter(isJsonObject).map(({ step, visit, error }) => ({
    step: String(step),
    visit: Number(visit),
    ...(isJsonObject(error) && { error: toError(error) }),
  })),
  finally: isJsonObject(broken) ? toBroken(broken) : null,
})

const toBroken = ({ status, step, error }: JsonObject): Aftermath['finally'] => ({
  status: status === 'cancelled' ? 'cancelled' : 'failed',
  step: toText(step),
  error: isJsonObject(error) ? toError(error) : null,
})

const toError = ({ code, message }: JsonObject) => ({ code: String(code), message: String(message) })
