/** Reads the address that a server listens on. */
import { isIP } from 'node:net'
import { toTokenState } from '../../../service/access/tokens.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import { EXIT } from '../../exit-code.ts'

export interface ListenAddress {
  host: string
  /** 0: any free port. */
  port: number
  isDefault: boolean
  /** Only programs of this machine reach it. */
  isLoopback: boolean
}

const LOOPBACK = '127.0.0.1'
const DEFAULT_PORT = 4800
const FORMS = 'expected HOST:PORT, :PORT or none, such as 127.0.0.1:4800'

/** Undefined: `none`. @throws CliError */
export const readAddress = (text: string | undefined): ListenAddress | undefined => {
  if (text === undefined) return { host: LOOPBACK, port: DEFAULT_PORT, isDefault: true, isLoopback: true }
  if (text === 'none') return undefined
  const [, name = '', digits = ''] = /^(.*?):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  const host = name === '' ? LOOPBACK : name.replace(/^\[(.*)\]$/, '$1')
  if (digits === '' || port > 65_535 || (name.includes(':') && !name.startsWith('[')))
    throw new CliError(`--listen '${text}' is wrong: ${FORMS}`)
  return { host, port, isDefault: false, isLoopback: isLoopback(host) }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Beyond this machine clients must prove who they are. @throws CliError without a token that counts */
export const expectTokens = async (store: Store, { host, isLoopback: isClosed }: ListenAddress): Promise<void> => {
  if (isClosed) return
  const [tokens, now] = [await store.listTokens(), await store.readClock()]
  if (tokens.some((token) => toTokenState(token, now) === 'valid')) return
  throw new CliError(`--listen ${host} is refused: others reach it, and the database has no token that counts`, {
    hint: 'create one first: troupe tokens create --name admin --scope admin',
    exitCode: EXIT.environment,
  })
}

/** Undefined for an error of another kind. */
export const explainListenError = (
  thrown: unknown,
  { host, port }: ListenAddress,
): { message: string; hint: string } | undefined => {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'EADDRINUSE')
    return {
      message: `port ${port} is in use`,
      hint: '--listen :0 takes any free port; --listen none goes without HTTP',
    }
  if (code === 'EACCES') return { message: `port ${port} needs more rights`, hint: 'take a port from 1024 on' }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { message: `${host} is no address of this machine`, hint: 'listen on 127.0.0.1 or [::1]' }
  return undefined
}
