/** What a provider may speak, where the vendor of each is, and by which variables its users say where theirs is and what opens it. */

export const PROVIDER_KINDS = ['openai', 'anthropic', 'gemini', 'ollama'] as const

export type ProviderKind = (typeof PROVIDER_KINDS)[number]

export interface KindFacts {
  /** Variables of the key: the first that is set counts, the first is the one that messages name. None: it needs no key. */
  keys: readonly string[]
  /** The variable of the address. */
  address: string
  /** Base URL of whoever is asked without an address. */
  url: string
}

export const OLLAMA_PORT = '11434'

export const KIND_FACTS: Readonly<Record<ProviderKind, KindFacts>> = {
  openai: { keys: ['OPENAI_API_KEY'], address: 'OPENAI_BASE_URL', url: 'https://api.openai.com/v1' },
  anthropic: { keys: ['ANTHROPIC_API_KEY'], address: 'ANTHROPIC_BASE_URL', url: 'https://api.anthropic.com' },
  gemini: {
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    address: 'GEMINI_BASE_URL',
    url: 'https://generativelanguage.googleapis.com',
  },
  ollama: { keys: [], address: 'OLLAMA_HOST', url: `http://127.0.0.1:${OLLAMA_PORT}` },
}

/** Of a provider under its vendor's name; undefined for one under a name of the project's own. */
export const findBuiltInKind = (name: string): ProviderKind | undefined => PROVIDER_KINDS.find((kind) => kind === name)

/** Whether an address is that of a vendor itself. What runs on this machine is nobody's. */
export const isVendorUrl = (url: string): boolean => {
  const hostname = URL.parse(url)?.hostname
  return PROVIDER_KINDS.some((kind) => kind !== 'ollama' && URL.parse(KIND_FACTS[kind].url)?.hostname === hostname)
}
