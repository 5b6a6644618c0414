/** A place in the events of all runs, as clients keep and send it: `Last-Event-ID`. */
export interface EventPlace {
  /** Name of the feed that has given the number. */
  feed: string
  number: number
  /** Epoch milliseconds: all that was durable then has come before. Other feeds go on from there. */
  since: number
}

export const EVENT_PLACE_PATTERN = /^([0-9a-f]{12})-(\d{1,15})-(\d{1,15})$/

export const formatPlace = ({ feed, number, since }: EventPlace): string => `${feed}-${number}-${since}`

/** Undefined for another text. */
export const parsePlace = (text: string): EventPlace | undefined => {
  const [, feed, number, since] = EVENT_PLACE_PATTERN.exec(text) ?? []
  return feed === undefined ? undefined : { feed, number: Number(number), since: Number(since) }
}
