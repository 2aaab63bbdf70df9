/** A record as a client sees it. */

import { COUNTRIES } from './store.js';

/** Whether name, e-mail address, gender and date of birth are all given. */
export function isCompleted({ full_name, email, gender, birth_date }) {
  return Boolean(full_name && email && birth_date) && gender !== 'NS';
}

/** An amount in hundredths as a decimal text: 12550 is "125.50". */
export function decimal(hundredths) {
  return (hundredths / 100).toFixed(2);
}

function country(code) {
  const { phone_code, name } = COUNTRIES[code];
  return { code, flag: `https://cdn.example.com/flags/${code.toLowerCase()}.svg`, phone_code, name: name.en };
}

function wallet({ hundredths, currency, pays }) {
  return { balance: decimal(hundredths), balance_currency: currency, is_use_wallet_in_payment: pays };
}

export function profile(record) {
  return {
    id: record.id,
    phone_number: record.phone_number,
    full_name: record.full_name,
    email: record.email,
    image: record.image,
    gender: record.gender,
    birth_date: record.birth_date,
    primary_address: record.primary_address,
    is_profile_completed: isCompleted(record),
    language: record.language,
    country: country(record.country),
    wallet: wallet(record.wallet),
  };
}
