/** `troupe serve`: performs the runs of a database and starts scheduled ones, until a signal stops it. */
import { createServer, type Server } from '../../../app/server.ts'
import { expectTrustInAll } from '../../ask-trust.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject, shownDatabase, withDatabase } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { readVersion } from '../../read-version.ts'
import { expectTokens, explainListenError, type ListenAddress, readAddress } from './listen-address.ts'
import { type LogOptions, openServerLog } from './server-log.ts'

export const serve = async (
  context: Context,
  { maxRuns, listen, ...logOptions }: { maxRuns?: string; listen?: string } & LogOptions,
): Promise<void> => {
  const project = await openProject(context)
  await expectTrustInAll(context, project)
  const mostRuns = readCount('--max-runs', maxRuns)
  const address = readAddress(listen)
  // Submitted runs must survive a power cut, not only the end of this process.
  const durability = project.config.durability ?? 'power'
  const { onNotice, ...observer } = await openServerLog(context, logOptions)
  return withDatabase({ ...project, durability }, async (store) => {
    if (address !== undefined) await expectTokens(store, address)
    const server = createServer({
      store,
      project,
      environment: context.environment,
      onNotice,
      observer,
      ...(mostRuns === undefined ? {} : { mostRuns }),
    })
    const { url, refusal } = await startHttp(server, address)
    server.start()
    const database = shownDatabase(project, context)
    onNotice({ type: 'server.started', at: Date.now(), pid: process.pid, database, url })
    if (refusal !== undefined) onNotice({ type: 'http.refused', at: Date.now(), ...refusal })
    const signal = await stopOnSignal(server)
    onNotice({ type: 'server.stopped', at: Date.now(), signal })
  })
}

interface StartedHttp {
  /** Null: the default port is in use, or HTTP is not wanted. */
  url: string | null
  refusal?: { message: string; hint: string }
}

/** @throws CliError for an asked-for address that can't be had */
const startHttp = async (server: Server, address: ListenAddress | undefined): Promise<StartedHttp> => {
  if (address === undefined) return { url: null }
  const { host, port, isDefault, isLoopback } = address
  try {
    return { url: await server.listen({ host, port, isLoopback, version: readVersion() }) }
  } catch (cause) {
    const why = explainListenError(cause, address)
    if (why === undefined) throw cause
    if (!isDefault)
      throw new CliError(`${why.message}: this server can't listen there`, {
        hint: why.hint,
        exitCode: EXIT.environment,
        cause,
      })
    return { url: null, refusal: why }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves when the server has stopped; a second signal exits at once. */
const stopOnSignal = (server: Server): Promise<NodeJS.Signals> =>
  new Promise((resolve, reject) => {
    let isStopping = false
    const stop = (signal: NodeJS.Signals): void => {
      if (isStopping) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated)
      isStopping = true
      server.stop().then(() => resolve(signal), reject)
    }
    for (const name of SIGNALS) process.on(name, stop)
  })
