package main

// mergeFaults change what a valid request leaves of the details around it.
var mergeFaults = []Fault{
	{
		"omitted_details_cleared", "partial_update", "",
		"details at the top level that are not sent are removed, as PUT would",
		afterMerge(func(_, patch, after Object) {
			for _, field := range editable {
				if _, sent := patch[field.name]; !sent {
					delete(after, field.name)
				}
			}
		}),
	},
	{
		"billing_email_follows_email", "partial_update", "billingEmail",
		"an email that is sent without a billingEmail is stored as both",
		afterMerge(func(_, patch, after Object) {
			email, sent := patch["email"]
			if _, both := patch["billingEmail"]; sent && !both {
				after["billingEmail"] = email
			}
		}),
	},
	{
		"address_merged", "partial_update", "address",
		"an address is merged into the stored one in place of replacing it",
		beforeMerge(func(before, patch Object) { mergeInner(before, patch, "address") }),
	},
	{
		"shipping_merged", "partial_update", "shipping",
		"shipping keeps its members that are not sent; its address is replaced",
		beforeMerge(func(before, patch Object) { mergeInner(before, patch, "shipping") }),
	},
	{
		"shipping_address_merged", "partial_update", "shipping.address",
		"the address within shipping is merged into the stored one; shipping itself is replaced",
		beforeMerge(func(before, patch Object) { mergeInner(before, patch, "shipping.address") }),
	},
	{
		"postal_code_kept", "partial_update", "address.postalCode",
		"an address without postalCode keeps the stored postalCode",
		beforeMerge(func(before, patch Object) { keep(before, patch, "address", "postalCode") }),
	},
	{
		"state_kept_in_same_country", "partial_update", "shipping.address.state",
		"a shipping address in the country of the stored one keeps the stored state if it has none",
		beforeMerge(func(before, patch Object) {
			old, _ := textAt(before, "shipping.address.country")
			if country, sent := textAt(patch, "shipping.address.country"); sent && country == old {
				keep(before, patch, "shipping.address", "state")
			}
		}),
	},
	{
		"address_copied_to_shipping", "partial_update", "shipping.address",
		"an address that is sent without shipping becomes the shipping address, too",
		afterMerge(func(_, patch, after Object) {
			sent, ok := objectAt(patch, "address")
			if _, both := patch["shipping"]; ok && !both {
				put(after, "shipping.address", cloneObject(sent))
			}
		}),
	},
	{
		"empty_company_ignored", "partial_update", "companyName",
		"an empty companyName is taken for one that was not sent",
		beforeMerge(func(_, patch Object) {
			if patch["companyName"] == "" {
				delete(patch, "companyName")
			}
		}),
	},
	{
		"shipping_phone_lost_with_address", "partial_update", "shipping.phone",
		"the phone within shipping is lost if address is sent in the same request",
		beforeMerge(func(_, patch Object) {
			if _, both := patch["address"]; both {
				drop(patch, "shipping.phone")
			}
		}),
	},
	{
		"empty_line2_ignored", "partial_update", "address.line2",
		"an empty line2 leaves the stored line2 of the address in place",
		beforeMerge(func(before, patch Object) {
			old, had := textAt(before, "address.line2")
			if line, sent := textAt(patch, "address.line2"); sent && line == "" && had {
				put(patch, "address.line2", old)
			}
		}),
	},
	{
		"address_with_same_line1_ignored", "partial_update", "address",
		"an address whose line1 is the stored one counts as unchanged and is not stored",
		beforeMerge(func(before, patch Object) {
			old, had := textAt(before, "address.line1")
			if line, sent := textAt(patch, "address.line1"); sent && had && line == old {
				delete(patch, "address")
			}
		}),
	},
	{
		"seller_id_writable", "partial_update", "sellerId",
		"sellerId is changed by a request",
		func(s *Service) { s.fields = append(append([]Field{}, s.fields...), Field{name: "sellerId"}) },
	},
}

// mergeInner lays the object that was sent at a path over the one that is stored there.
func mergeInner(before, patch Object, path string) {
	old, had := objectAt(before, path)
	if sent, ok := objectAt(patch, path); ok && had {
		put(patch, path, joined(old, sent))
	}
}

// keep takes one member of the stored object at a path over if the object that was sent lacks it.
func keep(before, patch Object, path, member string) {
	old, had := lookup(before, path+"."+member)
	if _, sent := lookup(patch, path+"."+member); had && !sent {
		put(patch, path+"."+member, old)
	}
}
