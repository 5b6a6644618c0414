/**
 * `inbox`: a message for some run has come. `due`: some run may be due. `slots`: slots of some provider have become free. `holds`: some
 * provider has asked to wait.
 */
export type News = 'inbox' | 'due' | 'slots' | 'holds'

/** Tells at once what other processes did. A store without it is looked at from time to time alone. */
export interface NewsStore {
  /** Calls `listener` when there may be news, and when some may have been missed. Returns what ends it. */
  onNews?(news: News, listener: () => void): () => void
}
