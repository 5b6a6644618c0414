/** Steers the runs of a server. */
import { isFault } from '../../core/fault.ts'
import { Cancelled, Paused, Run, Signalled } from '../../web/api/schemas.ts'
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
    if ('match' in to)
      throw new CliError('--match needs a database: a server takes one run', {
        hint: 'name a run: troupe signal RUN EVENT',
      })
    const path = await findRunPath(client, to.run)
    const body = { event, data, ...(id !== undefined && { id }) }
    const sent = await client.post(`${path}/signals`, Signalled, { body }).catch((thrown: unknown) => {
      if (isFault(thrown) && thrown.code === 'conflict')
        throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
      throw thrown
    })
    return { end: { id: sent.id, reached: sent.reached, passed: sent.repeated }, runs: [] }
  },
})
