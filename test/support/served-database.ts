/** A server in this process over a file, so that a command can be asked of both: over HTTP, and on the database of the server. */
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/store/open-database.ts'
import { readCliOutput } from './in-process-cli.ts'
import { type Reached, reachedWith, submit } from './reached.ts'
import { createTempFolder, type TempFolder } from './temp-folder.ts'

export interface Output {
  stdout: string
  stderr: string
}

export interface ServedDatabase extends Reached {
  /** The working folder of the commands; it has no database. */
  folder: TempFolder
  /** Output of a command over HTTP. */
  remote(...args: string[]): Promise<Output>
  /** Output of a command on the database of the server. */
  local(...args: string[]): Promise<Output>
  /** Output of a command that reads: over HTTP it is that of the database. Times that pass are left out. */
  same(...args: string[]): Promise<Output>
}

export const withServedDatabase = async (
  texts: readonly string[],
  act: (served: ServedDatabase) => Promise<void>,
): Promise<void> => {
  const folder = createTempFolder()
  const path = folder.resolve('db/troupe.db')
  const store = await openDatabase({ database: { kind: 'sqlite', path }, durability: 'process' })
  const local = (...args: string[]): Promise<Output> => readCliOutput([...args, '--db', path], folder.path)
  const serve = async (server: Reached): Promise<void> => {
    const remote = (...args: string[]): Promise<Output> => readCliOutput([...args, '--server', server.url], folder.path)
    const same = async (...args: string[]): Promise<Output> => {
      const clean = (output: Output): Output => withoutTimes(output, folder.path)
      const [expected, found] = [clean(await local(...args)), clean(await remote(...args))]
      assert.equal(found, expected, args.join(' '))
      return found
    }
    await act({ ...server, folder, remote, local, same })
  }
  try {
    await reachedWith(texts, serve, { store })
  } finally {
    await store.close()
    folder.remove()
  }
}

/** The server names its database by its whole path. */
const withoutTimes = ({ stdout, stderr }: Output, folder: string): Output => ({
  stdout: stdout
    .replaceAll(/"(duration_ms|queued_ms)": \d+/g, '"$1": 0')
    .replaceAll(/\d+(\.\d+)?(ms|s|m)( ?\d+(\.\d+)?s)? left/g, 'TIME left'),
  stderr: stderr.replaceAll(`${folder}/`, ''),
})

/** Submits a run and waits until it has ended with this status, or only waits. Returns its id. */
export const submitUntil = async (
  server: Reached,
  body: Parameters<typeof submit>[1],
  end: 'completed' | 'failed' | 'cancelled' | 'waiting',
): Promise<string> => {
  const id = String((await submit(server, body)).run)
  await server.until(end, async () => {
    const { status, phase } = await server.record(id)
    return status === end || (status === 'running' && phase === end && server.heldRuns() === 0)
  })
  return id
}
