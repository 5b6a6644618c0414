/** Reads the address of Ollama as its users write it into OLLAMA_HOST. */
import { Fault } from '../../../core/fault.ts'
import { parseAddress } from '../provider-settings.ts'
import { OLLAMA_PORT, OLLAMA_URL } from './ollama-models.ts'

/**
 * Makes a base URL without a slash at its end out of `host`, `host:port`, `:port` or a URL. An address that a server listens at for all
 * networks stands for this machine, as a client can't connect to it.
 * @throws Fault `invalid_input`
 */
export const toOllamaUrl = (host = ''): string => {
  const text = host.trim()
  if (text === '') return OLLAMA_URL
  const hasScheme = text.includes('://')
  const url = parseAddress(hasScheme ? text : `http://${text.startsWith(':') ? `127.0.0.1${text}` : text}`)
  if (url === undefined)
    throw new Fault(
      'invalid_input',
      'the address of Ollama is wrong: expected host:port or a URL\ncorrect OLLAMA_HOST, or base_url in troupe.config.yaml',
    )
  // A parsed URL does not tell port 80 from no port.
  if (!hasScheme && !/:\d+(\/|$)/.test(text)) url.port = OLLAMA_PORT
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}
