/** What hears of an Observable's changes. */
export class Observer {}
