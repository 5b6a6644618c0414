/** Opens the control of runs that commands steer through. */
import type { Context } from './context.ts'
import { findServer } from './remote/server-client.ts'
import type { RunControl } from './run-control.ts'

/** Calls `act` with the server that is named, or else the database of the project. @throws CliError */
export const withControl = async <T>(context: Context, act: (control: RunControl) => Promise<T>): Promise<T> => {
  const client = findServer(context)
  if (client === undefined) return (await import('./local-control.ts')).withLocalControl(context, act)
  return act((await import('./remote/remote-control.ts')).createRemoteControl(client))
}
