/** What to do about a model that its server does not have. */
import { KIND_FACTS, OLLAMA_PORT, type ProviderKind } from './provider-kind.ts'

export interface MissingModel {
  /** Of the provider. */
  name: string
  kind: ProviderKind
  /** Without the provider. */
  model: string
  /** The base URL. */
  url: string
}

/** The command that gets it; undefined where none does. Ollama speaks OpenAI's interface too, at the same port. */
export const describePull = ({ name, kind, model, url }: MissingModel): string | undefined => {
  const parsed = URL.parse(url)
  if (kind !== 'ollama' && parsed?.port !== OLLAMA_PORT) return undefined
  // The variable that leads Troupe to it leads the command to it as well.
  const isFound = (name === 'ollama' && kind === 'ollama') || parsed?.origin === KIND_FACTS.ollama.url
  return `${isFound ? '' : `OLLAMA_HOST=${parsed?.origin} `}ollama pull ${quote(model)}`
}

/** For a shell: a name comes from a workflow, and may hold anything. */
const quote = (model: string): string => (/^[\w.:/@-]+$/.test(model) ? model : `'${model.replaceAll("'", `'\\''`)}'`)
