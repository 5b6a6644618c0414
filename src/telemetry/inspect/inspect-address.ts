import { Fault } from '../../core/fault.ts'

/** Port of the server that comes with `@statelyai/inspect`. */
const DEFAULT_PORT = 8080

/** Parses a port, `HOST:PORT` or a whole address to a WebSocket address on this machine. @throws Fault `invalid_input` for any other */
export const parseInspectAddress = (text = ''): string => {
  const whole = text === '' ? `127.0.0.1:${DEFAULT_PORT}` : /^\d+$/.test(text) ? `127.0.0.1:${text}` : text
  const url = URL.parse(/^wss?:\/\//.test(whole) ? whole : `ws://${whole}`)
  if (url === null)
    throw new Fault('invalid_input', `--inspect '${text}' is no address: expected a port, HOST:PORT or ws://…`)
  if (isLoopback(url.hostname)) return url.href
  throw new Fault(
    'invalid_input',
    `--inspect '${text}' is not on this machine: expected an address such as ws://127.0.0.1:${DEFAULT_PORT}\nwhat a run reads and gives out is sent there; bring it elsewhere by a tunnel of your own`,
  )
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
