import type { KeptEvent, KeptTicketType, KeptVenue } from './store';
import type { EventStatus } from './events.dto';
import { toUtc } from './validation';

export const ACCOUNTS: Record<string, string> = {
  'evt_live_9Qm2xW7tLr4K': 'stadtklang',
  'evt_live_3Zc8vB1nHs6P': 'foerdewerk',
};

const at = toUtc;

export const VENUES: KeptVenue[] = [
  {
    id: 'ven_k3m9qa',
    name: 'Speicher 14',
    address: { street: 'Speicherstraße 14', city: 'Rostock', postalCode: '18055', country: 'DE' },
    location: { latitude: 54.0924, longitude: 12.1407 },
    capacity: 420,
    accessibility: ['step_free', 'hearing_loop'],
    bookingEmail: 'booking@speicher14.example',
    phone: '+49381987654',
    isActive: true,
    openingHours: [
      { day: 'fri', opens: '17:00', closes: '23:30' },
      { day: 'sat', opens: '15:00', closes: '01:00' },
    ],
    rating: 4.6,
    createdAt: at('2026-03-11T10:00:00Z'),
    updatedAt: at('2026-08-20T15:21:03.500Z'),
    version: 4,
  },
  {
    id: 'ven_p7x2hd',
    name: 'Kanalhalle',
    address: { street: 'Kanalgatan 3', city: 'Malmö', postalCode: '211 41', country: 'SE' },
    location: { latitude: 55.6031, longitude: 12.9875 },
    capacity: 1200,
    accessibility: ['step_free', 'accessible_toilet', 'quiet_room'],
    bookingEmail: 'hej@kanalhalle.example',
    phone: '+46401234567',
    isActive: true,
    openingHours: [{ day: 'thu', opens: '18:00', closes: '23:00' }],
    rating: 4.1,
    createdAt: at('2026-04-02T09:15:00Z'),
    updatedAt: at('2026-07-01T12:00:00Z'),
    version: 2,
  },
];

export const EVENTS: KeptEvent[] = [
  {
    id: '5b0f6d0e-64f5-4b1c-9d0a-7d8a43c6c0f1',
    account: 'stadtklang',
    title: 'Night of the Organs',
    description: 'Six organs, six churches, one ticket.',
    status: 'published' as EventStatus,
    category: 'concert',
    startsAt: at('2027-05-14T18:00:00Z'),
    endsAt: at('2027-05-14T23:30:00Z'),
    capacity: 850,
    isOnline: true,
    venueId: 'ven_k3m9qa',
    website: 'https://stadtklang.example/organs',
    tags: ['organ', 'night', 'churches'],
    contact: { name: 'Ines Brandt', email: 'ines@stadtklang.example', phone: '+493012345678' },
    sessions: [
      { title: 'Opening recital', minutes: 45, level: 'beginner', speakers: ['Oluwaseun Adeyemi'] },
      { title: 'Improvisation until midnight', minutes: 120, level: 'advanced', speakers: ['Marta Lind', 'Jo Kerkhof'] },
    ],
    createdAt: at('2026-09-01T08:00:00Z'),
    updatedAt: at('2026-10-02T09:12:44.120Z'),
    version: 7,
  },
  {
    id: 'c2d8a1f4-0b3e-4e6d-8f57-1a9b7c3e2d10',
    account: 'foerdewerk',
    title: 'Harbour Makers Workshop',
    description: 'Build a small boat in a weekend.',
    status: 'published' as EventStatus,
    category: 'workshop',
    startsAt: at('2027-06-05T07:30:00Z'),
    endsAt: at('2027-06-06T16:00:00Z'),
    capacity: 24,
    isOnline: true,
    venueId: 'ven_p7x2hd',
    website: 'https://foerdewerk.example/makers',
    tags: ['wood', 'boats'],
    contact: { name: 'Henrik Sauer', email: 'henrik@foerdewerk.example', phone: '+494311112223' },
    sessions: [
      { title: 'Choosing the wood', minutes: 90, level: 'beginner', speakers: ['Henrik Sauer'] },
      { title: 'Planking', minutes: 240, level: 'intermediate', speakers: ['Yuki Tanabe'] },
    ],
    createdAt: at('2026-08-15T11:00:00Z'),
    updatedAt: at('2026-09-30T18:05:00Z'),
    version: 3,
  },
];

export const TICKET_TYPES: KeptTicketType[] = [
  {
    id: 7301,
    eventId: EVENTS[0].id,
    name: 'Early bird',
    price: 24.5,
    currency: 'EUR',
    quantity: 400,
    maxPerOrder: 6,
    visibility: 'members',
    salesStart: at('2026-12-01T09:00:00Z'),
    salesEnd: at('2027-04-30T22:00:00Z'),
    perks: [
      { label: 'Seat in the nave', included: true },
      { label: 'Programme booklet', included: false },
    ],
    sold: 118,
    createdAt: at('2026-09-01T08:30:00Z'),
    updatedAt: at('2026-09-14T07:45:10.002Z'),
    version: 5,
  },
  {
    id: 7415,
    eventId: EVENTS[1].id,
    name: 'Workshop place',
    price: 180,
    currency: 'SEK',
    quantity: 24,
    maxPerOrder: 2,
    visibility: 'hidden',
    salesStart: at('2026-11-01T10:00:00Z'),
    salesEnd: at('2027-05-20T20:00:00Z'),
    perks: [{ label: 'Tools for the weekend', included: true }],
    sold: 9,
    createdAt: at('2026-08-16T12:00:00Z'),
    updatedAt: at('2026-08-16T12:00:00Z'),
    version: 1,
  },
];
