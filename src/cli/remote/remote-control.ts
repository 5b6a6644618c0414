/** Steers the runs of a server. */
import { isFault } from '../../core/fault.ts'
import { Cancelled, Paused, Run, Signalled, type SignalledJson } from '../../web/api/schemas.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'
import type { RunControl } from '../run-control.ts'
import { findRunPath } from './run-path.ts'
import { toRunRecord } from './run-record.ts'
import type { ServerClient } from './server-client.ts'

export const createRemoteControl = (client: ServerClient): RunControl => ({
  async cancel(run) {
    const path = await findRunPath(client, run)
    const ended = await client.post(`${path}/cancel`, Cancelled)
    const now = await client.get(path, Run)
    return {
      run: toRunRecord({ ...now, status: ended.status }),
      wasOver: ended.was_over,
      unsure: ended.unsure,
      undone: ended.undone.map(({ error, ...step }) => ({ ...step, ...(error !== undefined && { error }) })),
      finally: ended.finally ?? null,
      isFinishing: false,
      goesOn: ended.goes_on.map((id) => toRunRecord({ run: id, status: 'running' })),
    }
  },
  async pause(run, kind) {
    const paused = await client.post(`${await findRunPath(client, run)}/${kind}`, Paused)
    return { run: toRunRecord(paused), isDone: paused.done }
  },
  async signal(to, { event, data, id }) {
    const body = { event, data, ...(id !== undefined && { id }) }
    if ('match' in to) {
      const sent = await client.post('/api/v1/signals', Signalled, { body: { ...body, match: to.match } })
      return toSent(sent)
    }
    const path = await findRunPath(client, to.run)
    const sent = await client.post(`${path}/signals`, Signalled, { body }).catch((thrown: unknown) => {
      if (isFault(thrown) && thrown.code === 'conflict')
        throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
      throw thrown
    })
    return toSent(sent)
  },
})

/** A server holds its runs, or another one does: none is told as left alone. */
const toSent = ({ id, reached, repeated }: SignalledJson) => ({ end: { id, reached, passed: repeated }, runs: [] })
