package main

// The stores that have a key here, and the customers they start with.
const (
	firstKey     = "sk_live_4Qd8WmZt1vXbN7sKcR2y"
	firstSeller  = "5f1d7a3be8c94b0012a7d901"
	firstID      = "64b7f0c2a9d3e84f5c1b2a31"
	secondKey    = "sk_live_9LhT3pGfVu6EoJ0aYwM5"
	secondSeller = "60c2b94fd7a15e0033b8e402"
	secondID     = "65c8e1d3bae4f95f6d2c3b42"
)

var keys = map[string]string{firstKey: firstSeller, secondKey: secondSeller}

func seeds() []Object {
	return []Object{
		{
			"id": firstID, "sellerId": firstSeller, "stripeCustomerId": "cus_NffrFeUfNV2Hib",
			"name": "Maria Thornton", "companyName": "Thornton & Daughters Ltd", "email": "maria@thornton.example",
			"phone": "+44 20 7946 0018", "billingEmail": "accounts@thornton.example",
			"address": Object{
				"line1": "12 Harbour Street", "line2": "Flat 3", "city": "Whitstable", "state": "Kent",
				"postalCode": "CT5 1AQ", "country": "GB",
			},
			"shipping": Object{
				"name": "Thornton goods inward", "phone": "+1 617 555 0142",
				"address": Object{
					"line1": "77 Binney Street", "line2": "Dock B", "city": "Cambridge", "state": "MA",
					"postalCode": "02142", "country": "US",
				},
			},
			"taxId": "GB123456789", "taxIdType": "gb_vat",
			"createdAt": "2023-07-19T14:03:14.201Z", "updatedAt": "2024-02-11T09:26:53.589Z",
		},
		{
			"id": secondID, "sellerId": secondSeller, "stripeCustomerId": "cus_P2kXw8RmQd41Lz",
			"name": "Jonas Keller", "companyName": "Keller Werkzeugbau", "email": "jonas@keller.example",
			"phone": "+49 30 5550 1234", "billingEmail": "rechnung@keller.example",
			"address": Object{
				"line1": "Invalidenstraße 44", "line2": "Hof 2", "city": "Berlin", "state": "BE",
				"postalCode": "10115", "country": "DE",
			},
			"shipping": Object{
				"name": "Keller Lager", "phone": "+43 1 5550 987",
				"address": Object{
					"line1": "Praterstraße 9", "line2": "Stiege 1", "city": "Wien", "state": "W",
					"postalCode": "1020", "country": "AT",
				},
			},
			"taxId": "DE136695976", "taxIdType": "eu_vat",
			"createdAt": "2023-11-02T08:41:07.640Z", "updatedAt": "2024-01-05T16:12:30.112Z",
		},
	}
}
