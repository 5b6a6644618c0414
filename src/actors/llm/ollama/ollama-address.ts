/** Where Ollama is, from what its users write into OLLAMA_HOST, and what to do when it is not there. */
import { existsSync } from 'node:fs'
import { Fault } from '../../../core/fault.ts'

const PORT = '11434'
const DEFAULT_URL = `http://127.0.0.1:${PORT}`

/**
 * A base URL without a slash at its end, of `host`, `host:port`, `:port` or a URL. The address that a server listens at for all
 * networks is none to connect to: it stands for this machine.
 * @throws Fault `invalid_input`
 */
export const toOllamaUrl = (host = ''): string => {
  const text = host.trim()
  if (text === '') return DEFAULT_URL
  const hasScheme = text.includes('://')
  const url = URL.parse(hasScheme ? text : `http://${text.startsWith(':') ? `127.0.0.1${text}` : text}`)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new Fault(
      'invalid_input',
      'the address of Ollama is wrong: expected host:port or a URL\ncorrect OLLAMA_HOST, or base_url in troupe.config.yaml',
    )
  if (!hasScheme && url.port === '') url.port = PORT
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What to do when nothing answers at `url`. */
export const describeMissingOllama = (url: string, isInContainer = detectContainer()): string => {
  const isLocal = LOOPBACK.test(URL.parse(url)?.hostname ?? '')
  if (isLocal && isInContainer)
    return `this is a container, whose ${new URL(url).host} is not that of its host: set OLLAMA_HOST=http://host.docker.internal:${PORT}`
  return isLocal
    ? "start it with 'ollama serve', or say where it is: export OLLAMA_HOST=…"
    : 'check OLLAMA_HOST, and that Ollama listens there: OLLAMA_HOST=0.0.0.0 ollama serve'
}

/** Docker and Podman leave these files. */
const detectContainer = (): boolean => existsSync('/.dockerenv') || existsSync('/run/.containerenv')
