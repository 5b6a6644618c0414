/** Advice for a query that exceeds its time or memory. */
export const QUERY_ADVICE = 'select a part of the data first, or split the query into several steps'
