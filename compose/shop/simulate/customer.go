package simulate

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

type place struct{ city, state string }

var places = []place{{"sao paulo", "SP"}, {"campinas", "SP"}, {"santos", "SP"}, {"rio de janeiro", "RJ"}, {"niteroi", "RJ"}, {"belo horizonte", "MG"},
	{"uberlandia", "MG"}, {"curitiba", "PR"}, {"porto alegre", "RS"}, {"salvador", "BA"}, {"brasilia", "DF"}, {"florianopolis", "SC"}, {"recife", "PE"}, {"fortaleza", "CE"}, {"são luís", "MA"}}
var placeWeights = []int{16, 5, 3, 9, 3, 8, 3, 6, 6, 4, 3, 4, 2, 2, 1}

var names = []string{"Ana", "João", "Beatriz", "Miguel", "Inês", "Lúcia", "Davi", "Helena", "Rafael", "Chloë", "Søren", "Zoë", "Márcio", "Tânia"}
var surnames = []string{"Silva", "Souza", "Oliveira", "Pereira", "Lima", "Gonçalves", "Araújo", "Müller", "O'Brien", "Conceição"}

func (s *Shop) address() record.Address {
	at := weighted(s.chance, places, placeWeights)
	street := fmt.Sprintf("Rua %s %d", pick(s.chance, surnames), s.between(1, 2400))
	return record.Address{Street: &street, City: at.city, State: at.state, Zip: fmt.Sprintf("%05d", s.between(1000, 99999))}
}

func (s *Shop) joins() {
	u := &record.User{Name: pick(s.chance, names) + " " + pick(s.chance, surnames), Address: s.address(), Tier: "bronze", CreatedAt: s.now, UpdatedAt: s.now}
	copy(u.ID[:], s.bytes(len(u.ID)))
	email := "u" + u.ID.Hex()[:10] + "@example.com"
	u.Email = &email
	if s.happens(0.7) {
		phone := fmt.Sprintf("+55 %d 9%08d", s.between(11, 99), s.IntN(100_000_000))
		u.Phone = &phone
	}
	s.users = append(s.users, u)
	s.emit(u.ID.Hex(), change.UserJoined(u))
}

func (s *Shop) moves() {
	u := pick(s.chance, s.users)
	u.Address = s.address()
	s.emit(u.ID.Hex(), change.UserMoved(u, s.now))
}

// forget takes a user's name away at once and the document days later; orders keep what the law wants kept.
func (s *Shop) forget() {
	const fewest = 10
	if len(s.users) <= fewest {
		return
	}
	i := s.IntN(len(s.users))
	id := s.users[i].ID
	s.users[i].Anonymised = true
	s.users[i] = s.users[len(s.users)-1]
	s.users = s.users[:len(s.users)-1]
	s.emit(id.Hex(), change.UserAnonymised(id, s.now))
	s.after(s.within(12*time.Hour, 5*24*time.Hour), func() { s.emit(id.Hex(), change.UserDeleted(id)) })
}

// reward adds points for an order, unless the user has left.
func (s *Shop) reward(u *record.User, spent money.Cents) {
	if u.Anonymised {
		return
	}
	u.Points += int64(spent) / 100
	u.Tier = tier(u.Points)
	s.emit(u.ID.Hex(), change.UserRated(u, s.now))
}

func tier(points int64) string {
	switch {
	case points >= 2000:
		return "gold"
	case points >= 500:
		return "silver"
	}
	return "bronze"
}
