/**
 * The records, in memory. Every handler reads, decides and writes without awaiting in between, so on Node's single
 * thread a write is never interleaved with another; copies go in and out, so nobody holds a record that is stored.
 */

export const COUNTRIES = {
  SA: { phone_code: '+966', name: { en: 'Saudi Arabia', ar: 'المملكة العربية السعودية' } },
  AE: { phone_code: '+971', name: { en: 'United Arab Emirates', ar: 'الإمارات العربية المتحدة' } },
};

const CUSTOMERS = [
  {
    id: 101,
    phone_number: '+966501234567',
    full_name: 'Layla Haddad',
    email: 'layla.haddad@example.com',
    image: 'https://cdn.example.com/customers/101.jpg',
    gender: 'F',
    birth_date: '1991-06-17',
    primary_address: 11,
    language: 'en',
    country: 'SA',
    wallet: { hundredths: 12550, currency: 'SAR', pays: true },
  },
  {
    id: 102,
    phone_number: '+971521112233',
    full_name: 'Omar Rahman',
    email: 'omar.rahman@example.org',
    image: 'https://cdn.example.com/customers/102.jpg',
    gender: 'M',
    birth_date: '1984-11-02',
    primary_address: 21,
    language: 'ar',
    country: 'AE',
    wallet: { hundredths: 4000, currency: 'AED', pays: false },
  },
];

const ADDRESSES = { 101: [11, 12, 13], 102: [21, 22] };

export class Store {
  #records = new Map(CUSTOMERS.map((record) => [record.id, structuredClone(record)]));

  /** Ids of all customers, in order of registration. */
  ids() {
    return [...this.#records.keys()];
  }

  has(id) {
    return this.#records.has(id);
  }

  get(id) {
    return structuredClone(this.#records.get(id));
  }

  put(record) {
    this.#records.set(record.id, structuredClone(record));
  }

  /** Ids of the addresses that a customer may choose from. */
  addresses(id) {
    return [...(ADDRESSES[id] ?? [])];
  }
}
