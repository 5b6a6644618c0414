/** Where Ollama is, from what its users write into OLLAMA_HOST. */
import { Fault } from '../../../core/fault.ts'
import { KIND_FACTS, OLLAMA_PORT } from '../provider-kind.ts'

/**
 * A base URL without a slash at its end, of `host`, `host:port`, `:port` or a URL. The address that a server listens at for all
 * networks is none to connect to: it stands for this machine.
 * @throws Fault `invalid_input`
 */
export const toOllamaUrl = (host = ''): string => {
  const text = host.trim()
  if (text === '') return KIND_FACTS.ollama.url
  const hasScheme = text.includes('://')
  const url = URL.parse(hasScheme ? text : `http://${text.startsWith(':') ? `127.0.0.1${text}` : text}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new Fault(
      'invalid_input',
      'the address of Ollama is wrong: expected host:port or a URL\ncorrect OLLAMA_HOST, or base_url in troupe.config.yaml',
    )
  // A parsed URL does not tell port 80 from none.
  if (!hasScheme && !/:\d+(\/|$)/.test(text)) url.port = OLLAMA_PORT
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}
